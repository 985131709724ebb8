import { describe, expect, it } from '@jest/globals';
import { changeOf, readHook } from './sftpgo-news.js';

const event = (more: object = {}) => ({
  ...{ action: 'upload', username: 'acme', path: '/srv/acme/upload/a.dmp', virtual_path: '/upload/a.dmp' },
  ...{ fs_provider: 0, status: 1, protocol: 'SFTP', ip: '203.0.113.9', session_id: 'SFTP_1', file_size: 5 },
  ...more,
});

describe('what SFTPGo tells', () => {
  it('is kept by account and path, also with a timestamp that no number holds exactly', () => {
    const body: unknown = JSON.parse(JSON.stringify(event()).replace(/}$/, ',"timestamp":1795427048123456789}'));
    expect(readHook(body)).toEqual({
      told: { account: 'acme', command: 'upload', path: '/upload/a.dmp', fromPath: '-', status: '1' },
    });
  });

  it('of a rename has both names', () => {
    const body = event({ action: 'rename', virtual_target_path: '/upload/b.dmp' });
    expect(readHook(body)).toMatchObject({ told: { path: '/upload/b.dmp', fromPath: '/upload/a.dmp' } });
  });

  it.each([
    ['another action', { action: 'mkdir' }],
    ['another folder', { virtual_path: '/elsewhere/a.dmp' }],
    ['what did not happen', { action: 'delete', status: 2 }],
  ])('about %s means nothing', (_, more) => {
    expect(readHook(event(more))).toEqual({ told: null });
  });

  it.each([
    ['a way out', { virtual_path: '/upload/../../etc/passwd' }],
    ['NUL', { virtual_path: '/upload/a\0.dmp' }],
    ['no root', { virtual_path: 'upload/a.dmp' }],
    ['a path without end', { virtual_path: `/upload/${'a'.repeat(5000)}` }],
    ['a number for a name', { username: 7 }],
    ['a rename to nowhere', { action: 'rename' }],
  ])('with %s is refused', (_, more) => {
    expect(readHook(event(more))).toHaveProperty('fault');
  });

  it.each([[null], [[]], ['text'], [5]])('as %p is refused', (body: unknown) => {
    expect(readHook(body)).toHaveProperty('fault');
  });
});

describe('a file that SFTPGo told of', () => {
  const told = (command: string, status = '1', fromPath = '-') => {
    const path = Buffer.from('/upload/a.dmp');
    return { command, status, path, fromPath: Buffer.from(fromPath) };
  };
  const kind = async (lies: boolean, ...its: Parameters<typeof told>) =>
    (await changeOf(told(...its), () => Promise.resolve(lies)))?.kind ?? null;

  it('was written to its end, or not', async () => {
    expect(await kind(true, 'upload')).toBe('closed');
    expect(await kind(true, 'upload', '2')).toBe('broken');
    expect(await kind(true, 'upload', '3')).toBe('broken');
  });

  it('is not removed when it lies there: a late word is about the one before', async () => {
    expect(await kind(false, 'delete')).toBe('removed');
    expect(await kind(true, 'delete')).toBeNull();
  });

  it('is not renamed away when it lies there again', async () => {
    expect(await kind(false, 'rename', '1', '/upload/a.part')).toBe('renamed');
    expect(await kind(true, 'rename', '1', '/upload/a.part')).toBe('closed');
    expect(await kind(false, 'rename', '1', '/elsewhere/a')).toBe('closed');
  });
});
