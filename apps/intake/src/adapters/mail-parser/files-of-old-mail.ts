import { simpleParser } from 'mailparser';
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { KeptFile, OldMail } from '../../features/purge-mails/note-old-files.js';
import { locationOfAttachment, type MailEvidence } from '../mail-evidence/mail-evidence.js';

/** The files of a mail, read again from the mail as it came; what cannot be read has none but itself. */
export async function filesOfOldMail(
  evidence: Pick<MailEvidence, 'read' | 'size' | 'isThere'>,
  { subject, location }: OldMail,
): Promise<KeptFile[]> {
  const size = await evidence.size(location);
  if (size === null) return [];
  const sha256 = location.replace(/^mails\/|\.eml$/g, '');
  const raw: KeptFile = { kind: 'mail', name: subject || location, bytes: size, sha256, location };
  const found = await attachmentsAsTheyWereKept(await evidence.read(location)).catch((error: unknown) => {
    // A disk that fails is asked again; what is no mail has no attachments.
    if (typeof error === 'object' && error !== null && 'syscall' in error) throw error;
    return [];
  });
  const attachments = found.map(({ name, content }): KeptFile => {
    const hash = createHash('sha256').update(content).digest('hex');
    return {
      kind: 'attachment',
      name,
      bytes: content.length,
      sha256: hash,
      location: locationOfAttachment(hash, name),
    };
  });
  const there = await Promise.all(attachments.map(({ location: place }) => evidence.isThere(place)));
  return [raw, ...attachments.filter((_, index) => there[index])];
}

/**
 * When nobody noted the files of mails, mailparser read them: only by the names and bytes that it gives are they found
 * again.
 */
async function attachmentsAsTheyWereKept(mail: Readable): Promise<{ name: string; content: Buffer }[]> {
  const parsed = await simpleParser(mail, {
    skipTextToHtml: true,
    skipImageLinks: true,
    keepCidLinks: true,
    keepDeliveryStatus: true,
    maxHtmlLengthToParse: 2_000_000,
    checksumAlgo: false,
  });
  return parsed.attachments.slice(0, 50).map(({ filename, content }) => ({
    name:
      (filename ?? '')
        .replace(/(?![\t\n\r])\p{Cc}/gu, '')
        .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd')
        .slice(0, 255) || 'attachment',
    content,
  }));
}
