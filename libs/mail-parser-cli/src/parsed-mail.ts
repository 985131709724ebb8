import { createHash } from 'node:crypto';
import { readMail, type Mail, type MailAddress } from '@caserelay/mail-parser';
import {
  automaticMailOf,
  bounceOf,
  caseKeysOf,
  isForward,
  kindOfMail,
  languageOf,
  separateReply,
  type AutomaticMail,
  type Bounce,
  type CaseKeys,
  type InspectedMail,
} from '@caserelay/mail-thread';

/** Who we are, so that a mail is judged as the support centre would. */
export interface Centre {
  /** Senders of these domains are colleagues. */
  colleagueDomains: readonly string[];
  /** Addresses of our own letters. */
  ownAddresses: readonly string[];
}

/** One line of the command: what CaseRelay understands of a mail. */
export interface ParsedMail {
  file: string;
  from: MailAddress | null;
  to: MailAddress[];
  cc: MailAddress[];
  subject: string;
  text: string;
  /** Without quotations, signatures of devices and what else is not new. */
  newText: string;
  attachments: { name: string; type: string; size: number; md5: string; inline: boolean; contentId: string | null }[];
  /** What a person's mail is for, or in which way it is automatic. */
  kind: string;
  kindReason: string;
  automatic: boolean;
  automaticKind: AutomaticMail['kind'] | null;
  bounce: (Pick<Bounce, 'status' | 'recipient' | 'action' | 'recipients'> & BounceMore) | null;
  caseKeys: CaseKeys;
  replyTo: MailAddress[];
  date: string | null;
  messageId: string | null;
  inReplyTo: string[];
  references: string[];
  language: 'zh-CN' | 'en';
  damage: Mail['damage'];
}

interface BounceMore {
  permanent: boolean;
  diagnostic: string;
  originalMessageId: string | null;
}

/** Reads a mail; throws when the bytes hold no header at all. */
export function parseMail(file: string, bytes: Uint8Array, centre: Centre): ParsedMail {
  const mail = readMail(bytes);
  if (mail.headers.size === 0)
    throw new Error(`it is no mail: expected header lines such as "From: …", found ${described(bytes)}`);
  const { newText } = separateReply({
    text: mail.isFromHtml ? null : mail.text,
    html: mail.html,
    forwarded: isForward(mail.subject),
  });
  const inspected: InspectedMail = { ...mail, newText, envelopeSender: null };
  const automatic = automaticMailOf(inspected, { addresses: centre.ownAddresses });
  const bounce = bounceOf(inspected);
  const domain = mail.from?.address.split('@').at(-1)?.toLowerCase() ?? '';
  const judged = kindOfMail({
    author: centre.colleagueDomains.some((known) => known.toLowerCase() === domain) ? 'colleague' : 'customer',
    subject: mail.subject,
    text: newText,
    automatic: automatic?.reason ?? null,
  });
  return {
    file,
    from: mail.from,
    to: mail.to,
    cc: mail.cc,
    subject: mail.subject,
    text: mail.text,
    newText,
    attachments: mail.attachments.map(({ name, type, content, isInline, contentId }) => ({
      name,
      type,
      size: content.length,
      md5: createHash('md5').update(content).digest('hex'),
      inline: isInline,
      contentId,
    })),
    kind: automatic === null ? judged.kind : kindOfAutomatic(automatic),
    kindReason: automatic?.reason ?? judged.reason,
    automatic: automatic !== null,
    automaticKind: automatic?.kind ?? null,
    bounce: bounce === null ? null : shapeOf(bounce),
    caseKeys: caseKeysOf({
      subject: mail.subject,
      inReplyTo: mail.inReplyTo.join(' '),
      references: mail.references,
      text: mail.text,
    }),
    replyTo: mail.replyTo,
    date: mail.date?.toISOString() ?? null,
    messageId: mail.messageId,
    inReplyTo: mail.inReplyTo,
    references: mail.references,
    language: languageOf(`${mail.subject}\n${newText}`),
    damage: mail.damage,
  };
}

function kindOfAutomatic({ kind }: AutomaticMail): string {
  return kind === 'auto-reply' ? 'automatic-reply' : kind;
}

function shapeOf({
  status,
  recipient,
  action,
  isPermanent,
  diagnostic,
  originalMessageId,
  recipients,
}: Bounce): ParsedMail['bounce'] {
  return { status, recipient, permanent: isPermanent, action, diagnostic, originalMessageId, recipients };
}

function described(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'no bytes';
  return `"${Buffer.from(bytes.subarray(0, 60))
    .toString('latin1')
    .replace(/[^\x20-\x7e]+/g, ' ')}"`;
}
