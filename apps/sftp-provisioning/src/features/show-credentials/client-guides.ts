import type { Language } from '@caserelay/contracts';
import { algorithmAndBits, hostKeyKind } from './host-key-kind.js';
import { copied, escape, fact, offer } from './page-parts.js';
import { texts } from './page-texts.js';
import { addressOf, fileZillaSite, knownHostsLine, winScpCommands, winScpHostKey } from './site-files.js';
import type { Account } from './show-credentials.js';

/** How the account is used with the programs that customers have. `password` is null while it is not shown. */
export function clientGuides(account: Account, password: string | null, language: Language): string {
  const text = texts[language];
  return [
    `<h3>${text.stepsTitle}</h3>`,
    guide('FileZilla', fileZilla(account, password, language), true),
    guide('WinSCP', winScp(account, password, language)),
    guide('sftp (OpenSSH)', openSsh(account, language)),
  ].join('\n');
}

function guide(name: string, body: string, isOpen = false): string {
  return `<details${isOpen ? ' open' : ''}><summary>${name}</summary><div>\n${body}\n</div></details>`;
}

function fileZilla(account: Account, password: string | null, language: Language): string {
  const text = texts[language];
  const { filezilla } = text;
  const { host, port, user, fingerprint } = account;
  const viaFile =
    password === null
      ? ''
      : `<p>${offer(fileZillaSite({ ...account, password }), text.siteFile)}</p>${steps(filezilla.import)}`;
  return [
    viaFile,
    `<p>${filezilla.byHand}</p>`,
    picture(filezilla.windowTitle, [
      fact(filezilla.protocol, 'SFTP - SSH File Transfer Protocol'),
      fact(filezilla.host, host),
      fact(filezilla.port, String(port)),
      fact(filezilla.logonType, filezilla.normal),
      fact(filezilla.user, user),
      fact(filezilla.password, password ?? '••••••••'),
      press(filezilla.connect),
    ]),
    picture(filezilla.keyTitle, [
      `<span class="wide">${filezilla.keyText}</span>`,
      fact(filezilla.keyHost, addressOf(account)),
      fact(filezilla.keyAlgorithm, escape(algorithmAndBits(account.hostKey))),
      fact(filezilla.fingerprints, fingerprint),
      press(filezilla.confirm),
    ]),
    `<p>${filezilla.after}</p>`,
  ].join('\n');
}

function winScp(account: Account, password: string | null, language: Language): string {
  const text = texts[language];
  const { winscp } = text;
  const { host, port, user, folder, fingerprint } = account;
  const command = `open sftp://${user}@${addressOf(account)}${folder}/ -hostkey="${winScpHostKey(account)}"`;
  const file =
    password === null
      ? ''
      : `<p>${offer(winScpCommands({ ...account, password }), text.commandFile)}</p><p class="soft">${winscp.commandNote}</p>`;
  return [
    steps(winscp.steps),
    picture(winscp.windowTitle, [
      fact(winscp.protocol, 'SFTP'),
      fact(winscp.host, host),
      fact(winscp.port, String(port)),
      fact(winscp.user, user),
      fact(winscp.password, password ?? '••••••••'),
      press(winscp.login),
    ]),
    picture(winscp.keyTitle, [
      `<span class="wide">${winscp.keyText}</span>`,
      fact(winscp.keyAlgorithm, escape(algorithmAndBits(account.hostKey))),
      fact('SHA-256:', fingerprint.replace('SHA256:', '')),
      press(winscp.accept),
    ]),
    `<p>${winscp.after}</p>`,
    `<p>${winscp.console}</p>`,
    copied('winscp-command', command, text.copy),
    file,
  ].join('\n');
}

function openSsh(account: Account, language: Language): string {
  const text = texts[language];
  const { sftp } = text;
  const { host, port, user, folder, fingerprint } = account;
  const command = `sftp -P ${port} ${user}@${host}:${folder}`;
  const session = [
    `$ <b>${escape(command)}</b>`,
    escape(sftp.authenticity(`[${host}]:${port}`)),
    escape(sftp.fingerprint(hostKeyKind(account.hostKey).shortName, fingerprint)),
    `${escape(sftp.question)} <b>yes</b>`,
    `${escape(`${user}@${host}`)}'s password:`,
    'sftp&gt; <b>put MEMORY.DMP</b>',
    `sftp&gt; <b>reput MEMORY.DMP</b>  ${sftp.comment}`,
  ].join('\n');
  return [
    `<p>${sftp.first}</p>`,
    copied('known-hosts', knownHostsLine(account), text.copy),
    `<p>${sftp.session}</p>`,
    copied('sftp-command', command, text.copy),
    `<figure><figcaption>sftp</figcaption><pre class="terminal">${session}</pre></figure>`,
  ].join('\n');
}

/** A window as the program shows it, drawn with the customer's own values. */
function picture(title: string, rows: string[]): string {
  return `<figure><figcaption>${title}</figcaption><div class="window">${rows.join('')}</div></figure>`;
}

function press(label: string): string {
  return `<span class="press">${label}</span>`;
}

function steps(lines: readonly string[]): string {
  return `<ol>${lines.map((line) => `<li>${line}</li>`).join('')}</ol>`;
}
