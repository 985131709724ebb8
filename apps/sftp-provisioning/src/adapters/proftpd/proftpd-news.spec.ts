import { describe, expect, it } from '@jest/globals';
import { changeOf } from './proftpd-news.js';

const logged = (command: string, path: string, more: { from?: string; status?: string } = {}) =>
  changeOf({
    newsId: '1',
    command,
    path: Buffer.from(path),
    fromPath: Buffer.from(more.from ?? '-'),
    status: more.status ?? '-',
  });

describe('a command that ProFTPD logged', () => {
  it.each([
    ['OPEN', '-', 'opened'],
    ['STOR', 'success', 'closed'],
    ['APPE', 'success', 'closed'],
    ['STOR', 'failed', 'broken'],
    ['APPE', 'cancelled', 'broken'],
    ['DELE', '-', 'removed'],
  ])('%s with status %s says that a file was %s', (command, status, kind) => {
    expect(logged(command, '/upload/a.dmp', { status })).toEqual({ kind, path: Buffer.from('/upload/a.dmp') });
  });

  it('RNTO tells both names', () => {
    expect(logged('RNTO', '/upload/b.dmp', { from: '/upload/b.dmp.filepart' })).toEqual({
      kind: 'renamed',
      from: Buffer.from('/upload/b.dmp.filepart'),
      path: Buffer.from('/upload/b.dmp'),
    });
  });

  it('means nothing outside of /upload, or when it changes no file', () => {
    for (const [command, path] of [
      ['STOR', '/elsewhere/a.dmp'],
      ['STOR', '/upload/'],
      ['MKD', '/upload/logs'],
    ] as const)
      expect(logged(command, path, { status: 'success' })).toBeNull();
  });
});
