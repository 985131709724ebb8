import { withWholeCharacters } from './whole-characters.js';

const endings: Readonly<Record<string, string>> = {
  'image/png': '.png',
  'image/jpeg': '.jpg',
  'image/jpg': '.jpg',
  'image/gif': '.gif',
  'image/bmp': '.bmp',
  'image/tiff': '.tif',
  'image/webp': '.webp',
  'image/svg+xml': '.svg',
  'application/pdf': '.pdf',
  'application/zip': '.zip',
  'application/x-zip-compressed': '.zip',
  'application/x-7z-compressed': '.7z',
  'application/gzip': '.gz',
  'application/json': '.json',
  'application/xml': '.xml',
  'application/msword': '.doc',
  'application/rtf': '.rtf',
  'application/pgp-signature': '.asc',
  'audio/mpeg': '.mp3',
  'audio/wav': '.wav',
  'text/plain': '.txt',
  'text/html': '.html',
  'text/csv': '.csv',
  'text/xml': '.xml',
  'text/x-vcard': '.vcf',
  'text/vcard': '.vcf',
  'text/rtf': '.rtf',
  'application/octet-stream': '.bin',
};

/** Names of parts that mail programs send without one. */
const usual: Readonly<Record<string, string>> = {
  'text/calendar': 'invite.ics',
  'application/ics': 'invite.ics',
  'message/delivery-status': 'delivery-status.txt',
  'message/global-delivery-status': 'delivery-status.txt',
  'message/disposition-notification': 'disposition-notification.txt',
  'message/feedback-report': 'feedback-report.txt',
  'text/rfc822-headers': 'message-headers.txt',
  'message/global-headers': 'message-headers.txt',
  'application/pkcs7-signature': 'smime.p7s',
  'application/x-pkcs7-signature': 'smime.p7s',
  'application/pkcs7-mime': 'smime.p7m',
  'application/x-pkcs7-mime': 'smime.p7m',
  'application/pgp-signature': 'signature.asc',
  'application/ms-tnef': 'winmail.dat',
};

/** The name of a part that has none: what such parts are usually called, else its number. */
export function nameOfType(type: string, number: number): string {
  return usual[type] ?? `attachment-${number}${endings[type] ?? (type.startsWith('text/') ? '.txt' : '.bin')}`;
}

/** A mail that lies in another is named by its subject, as far as that is no path. */
export function nameOfMail(subject: string): string {
  const name = tidyName(subject.replace(/[/\\]+/g, ' ')).replace(/\s+/g, ' ');
  return `${name === '' ? 'message' : [...name].slice(0, 120).join('').trim()}.eml`;
}

/** One plain file name: without folders, control characters and line ends; empty when nothing is left. */
export function tidyName(name: string): string {
  return withWholeCharacters(name)
    .replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu, '')
    .replace(/^.*[/\\]/, '')
    .trim()
    .slice(0, 255)
    .replace(/[\ud800-\udbff]$/, '');
}
