import { readMail, type Mail } from '@caserelay/mail-parser';
import type { Readable } from 'node:stream';
import type { Letter } from '../../features/take-mail/take-mail.js';

const longestText = 200_000;
const longestHtml = 2_000_000;
const longestSubject = 500;
const mostAttachments = 50;
const mostAddressees = 200;

/**
 * Reads a mail; names and texts are as the sender wrote them, without characters that no database keeps. Throws when it
 * is no mail, that is, when it has no header at all.
 */
export async function readLetter(mail: Readable): Promise<Letter> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of mail) chunks.push(chunk as Uint8Array);
  const bytes = Buffer.concat(chunks);
  const read = readMail(bytes, { limits: { attachments: mostAttachments } });
  if (read.headers.size === 0)
    throw new Error(`header lines such as "From: …" are wanted, found "${storable(bytes.toString('latin1', 0, 60))}"`);
  return {
    ...read,
    messageId: storable(read.messageId ?? '').slice(0, 400) || null,
    from:
      read.from === null
        ? null
        : { name: storable(read.from.name).slice(0, 200), address: storable(read.from.address) },
    addressees: addresseesOf(read),
    subject: storable(read.subject).slice(0, longestSubject),
    // What was rendered from HTML is rendered again where replies are separated, with the places of quotations.
    text: storable(read.text.slice(0, longestText)),
    html: read.html === null ? null : storable(read.html.slice(0, longestHtml)),
    attachments: read.attachments.map(({ name, content }) => ({ name: storable(name), content })),
  };
}

/** Neither NUL nor half a character, which Postgres refuses, nor other control characters. */
function storable(text: string): string {
  return text
    .replace(/(?![\t\n\r])\p{Cc}/gu, '')
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
}

function addresseesOf({ to, cc }: Mail): string[] {
  return [...to, ...cc]
    .map(({ address }) => address)
    .filter((address) => address.includes('@'))
    .slice(0, mostAddressees);
}
