import { simpleParser, type AddressObject, type HeaderValue, type ParsedMail } from 'mailparser';
import type { Readable } from 'node:stream';
import type { Letter } from '../../features/take-mail/take-mail.js';

const longestText = 200_000;
const longestHtml = 2_000_000;
const longestSubject = 500;
const mostAttachments = 50;
const toldHeaders = [
  'auto-submitted',
  'x-autoreply',
  'x-autorespond',
  'x-auto-reply-from',
  'precedence',
  'return-path',
  'content-type',
];

/**
 * Reads a mail; names and texts are as the sender wrote them, without characters that no database keeps. Throws when it
 * is no mail.
 */
export async function readMail(mail: Readable): Promise<Letter> {
  const parsed = await simpleParser(mail, {
    skipTextToHtml: true,
    skipImageLinks: true,
    keepCidLinks: true,
    keepDeliveryStatus: true,
    maxHtmlLengthToParse: 2_000_000,
    checksumAlgo: false,
  });
  const sender = parsed.from?.value[0];
  return {
    messageId: parsed.messageId === undefined ? null : storable(parsed.messageId).slice(0, 400).trim() || null,
    from:
      sender?.address === undefined
        ? null
        : { name: storable(sender.name).replace(/\s+/g, ' ').slice(0, 200), address: storable(sender.address) },
    addressees: [...addressesIn(parsed.to), ...addressesIn(parsed.cc)],
    subject: storable(parsed.subject ?? '')
      .replace(/\s+/g, ' ')
      .slice(0, longestSubject),
    date: parsed.date ?? null,
    inReplyTo: parsed.inReplyTo ?? '',
    references: [parsed.references ?? []].flat(),
    text: storable((parsed.text ?? '').slice(0, longestText)),
    html: parsed.html ? storable(parsed.html.slice(0, longestHtml)) : null,
    headers: toldHeadersOf(parsed),
    attachments: parsed.attachments.slice(0, mostAttachments).map((attachment) => ({
      name: storable(attachment.filename ?? '').slice(0, 255) || 'attachment',
      content: attachment.content,
    })),
  };
}

/** Neither NUL nor half a character, which Postgres refuses, nor other control characters. */
export function storable(text: string): string {
  return text
    .replace(/(?![\t\n\r])\p{Cc}/gu, '')
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
}

function addressesIn(header: AddressObject | AddressObject[] | undefined): string[] {
  return [header ?? []]
    .flat()
    .flatMap(({ value }) => value)
    .flatMap((entry) => [entry, ...(entry.group ?? [])])
    .flatMap(({ address }) => address ?? [])
    .slice(0, 200);
}

function toldHeadersOf(parsed: ParsedMail): Record<string, string> {
  return Object.fromEntries(
    toldHeaders.flatMap((name) => {
      const value = plain(parsed.headers.get(name));
      return value === null ? [] : [[name, storable(value).slice(0, 500)]];
    }),
  );
}

function plain(value: HeaderValue | undefined): string | null {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return typeof value[0] === 'string' ? value[0] : null;
  if (value === undefined || value instanceof Date) return null;
  if ('value' in value && Array.isArray(value.value)) return `<${value.value[0]?.address ?? ''}>`;
  if ('value' in value && typeof value.value === 'string') return value.value;
  return null;
}
