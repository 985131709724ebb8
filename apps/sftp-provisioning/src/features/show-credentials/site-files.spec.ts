import { describe, expect, it } from '@jest/globals';
import { fileZillaSite, knownHostsLine, winScpCommands, winScpHostKey } from './site-files.js';

const account = {
  host: 'sftp.example.com',
  port: 2222,
  user: 'sxmtdzjt',
  password: 'p&<w>"d',
  folder: '/upload',
  fingerprint: 'SHA256:2EPqmpSRaRtUIqwvm15rzavssrhHxJ3avJWh9mBaz8M',
  hostKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHg',
};

describe('what the page offers for programs', () => {
  it('is a site for FileZilla that opens /upload over SFTP', () => {
    const { name, content } = fileZillaSite({ ...account, host: 'a&b' });
    expect(name).toBe('filezilla-sxmtdzjt.xml');
    expect(content).toMatch(/^<\?xml version="1.0" encoding="UTF-8"\?>\n<FileZilla3>\s*<Servers>\s*<Server>/);
    expect(content).toContain('<Host>a&#38;b</Host>');
    expect(content).toContain('<Protocol>1</Protocol>');
    expect(content).toContain('<Logontype>1</Logontype>');
    expect(content).toContain(`<Pass encoding="base64">${Buffer.from('p&<w>"d').toString('base64')}</Pass>`);
    expect(content).toContain('<RemoteDir>1 0 6 upload</RemoteDir>');
  });

  it('is a host key as WinSCP writes it, and commands that check it', () => {
    const key = 'ssh-ed25519 255 2EPqmpSRaRtUIqwvm15rzavssrhHxJ3avJWh9mBaz8M=';
    expect(winScpHostKey(account)).toBe(key);
    const { content } = winScpCommands(account);
    expect(content).toContain(`open sftp://sxmtdzjt:p%26%3Cw%3E%22d@sftp.example.com:2222/ -hostkey="${key}"\r\n`);
  });

  it('is a line for known_hosts, with the port only where it is not 22', () => {
    expect(knownHostsLine(account)).toBe('[sftp.example.com]:2222 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHg');
    expect(knownHostsLine({ ...account, port: 22 })).toBe('sftp.example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHg');
  });
});
