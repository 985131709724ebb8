import { algorithmAndBits } from './host-key-kind.js';
import type { Account, Credentials } from './show-credentials.js';

/** A file that the page offers; all of them are made by the page itself, nothing is fetched. */
export interface SiteFile {
  readonly name: string;
  readonly type: string;
  readonly content: string;
}

/** For “Import” in FileZilla's file menu: opens /upload of the account, names in UTF-8. */
export function fileZillaSite({ host, port, user, password }: Credentials): SiteFile {
  const name = `CaseRelay ${user}`;
  const content = `<?xml version="1.0" encoding="UTF-8"?>
<FileZilla3>
  <Servers>
    <Server>
      <Host>${xml(host)}</Host>
      <Port>${port}</Port>
      <Protocol>1</Protocol>
      <Type>0</Type>
      <User>${xml(user)}</User>
      <Pass encoding="base64">${Buffer.from(password).toString('base64')}</Pass>
      <Logontype>1</Logontype>
      <EncodingType>UTF-8</EncodingType>
      <BypassProxy>0</BypassProxy>
      <Name>${xml(name)}</Name>
      <RemoteDir>1 0 6 upload</RemoteDir>
      <SyncBrowsing>0</SyncBrowsing>
      <DirectoryComparison>0</DirectoryComparison>
    </Server>
  </Servers>
</FileZilla3>
`;
  return { name: `filezilla-${user}.xml`, type: 'application/xml', content };
}

/** Commands for WinSCP: `winscp.com /ini=nul /script=<this file>` logs in, checks the host key and waits for “put”. */
export function winScpCommands(credentials: Credentials): SiteFile {
  const { user, password, folder } = credentials;
  const lines = [
    'option batch abort',
    `open sftp://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${addressOf(credentials)}/ -hostkey="${winScpHostKey(credentials)}"`,
    `cd ${folder}`,
    'option batch off',
  ];
  return { name: `winscp-${user}.txt`, type: 'text/plain', content: `${lines.join('\r\n')}\r\n` };
}

/** For `~/.ssh/known_hosts`: OpenSSH then asks no question about the host key. */
export function knownHostsLine({ host, port, hostKey }: Account): string {
  return `${port === 22 ? host : `[${host}]:${port}`} ${hostKey}`;
}

/** As WinSCP writes a host key: kind, bits, SHA-256 in base64 with its padding. */
export function winScpHostKey({ fingerprint, hostKey }: Account): string {
  const base64 = fingerprint.replace('SHA256:', '');
  return `${algorithmAndBits(hostKey)} ${base64.padEnd(Math.ceil(base64.length / 4) * 4, '=')}`;
}

/** Host and port as they stand in an address. */
export function addressOf({ host, port }: Account): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function xml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
