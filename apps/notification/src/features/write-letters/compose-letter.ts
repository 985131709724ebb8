import type { AnyEvent, CaseFile, Language, LetterTopic, Person } from '@caserelay/contracts';
import { asHtml, asText, paragraph } from '@caserelay/case-papers';
import { v5 as idFromName } from 'uuid';
import type { Attachment } from './deletion-proof.js';
import { bodyOf, type LetterEvent, type LetterSettings } from './letter-bodies.js';
import { textsOf } from './templates/texts-of.js';

/** A letter about a case, ready to be sent. The same event always gives the same letter with the same ids. */
export interface Letter {
  letterId: string;
  caseId: string;
  to: Person;
  audience: 'customer' | 'colleague';
  topics: LetterTopic[];
  subject: string;
  text: string;
  html: string;
  attachments: Attachment[];
  language: Language;
  messageId: string;
  inReplyTo: string | null;
}

/** Never to be changed: the same event must give the same letter id for ever. */
const letterNamespace = '6f1d9f5c-6c0e-4c2f-9f0c-6d8c1d1f8f5a';
const longestTopic = 160;

/** The letter that an event asks for; null when it asks for none, or when there is nobody to write to. */
export function composeLetter(event: LetterEvent, settings: LetterSettings): Letter | null {
  const recipient = recipientOf(event, settings);
  const body = recipient && bodyOf(event, settings);
  if (!recipient || !body) return null;
  const { file } = event.data;
  const { to, audience } = recipient;
  const texts = textsOf(file.language);
  const letterId = letterIdOf(event, to);
  const blocks = [
    paragraph(audience === 'customer' ? texts.greetCustomer(to.name) : texts.greetColleague(to.name)),
    ...body.blocks,
    ...(audience === 'customer' ? [paragraph(texts.footer.reply)] : []),
    paragraph(signature(settings, texts.footer.phone)),
  ];
  return {
    letterId,
    caseId: event.subject,
    to,
    audience,
    topics: body.topics,
    subject: subjectOf(file),
    text: asText(blocks, texts),
    html: asHtml(blocks, file.language),
    attachments: body.attachments ?? [],
    language: file.language,
    messageId: `<${event.subject}.${letterId}@${settings.mailDomain}>`,
    inReplyTo: file.lastMessageId,
  };
}

/** The id of the letter of an event to somebody. */
export function letterIdOf({ id, type }: Pick<AnyEvent, 'id' | 'type'>, to: Person): string {
  return idFromName(`${id}|${type}|${to.address.toLowerCase()}`, letterNamespace);
}

/** What a mail program needs to show a letter in its thread: the last letters of the case, then the mail answered. */
export function referencesOf(earlierLetters: readonly string[], inReplyTo: string | null): string[] {
  const answered = inReplyTo === null ? [] : [inReplyTo];
  return [...earlierLetters.filter((id) => id !== inReplyTo), ...answered].slice(-10);
}

function subjectOf(file: CaseFile): string {
  const texts = textsOf(file.language);
  // The centre's subjects set their parts off with %; the templates set their own.
  const topic =
    oneLine(file.topic.replace(/^[%\s]+|[%\s]+$/g, '')) ||
    oneLine(file.problem ?? '') ||
    oneLine(file.endCustomer ?? '');
  const subject = texts.subject(file.caseNumber, topic, file.trackingToken).replace(/ {2,}/g, ' ');
  return file.lastMessageId === null ? subject : `${texts.answerPrefix}${subject}`;
}

function oneLine(text: string): string {
  return [...text.replace(/[\p{Cc}\s]+/gu, ' ').trim()].slice(0, longestTopic).join('');
}

function signature({ senderName, servicePhone }: LetterSettings, phone: (phone: string) => string): string {
  return ['--------------', senderName, ...(servicePhone === null ? [] : [phone(servicePhone)])].join('\n');
}

function recipientOf(
  event: LetterEvent,
  { teamAddress }: LetterSettings,
): { to: Person; audience: Letter['audience'] } | null {
  const { file } = event.data;
  switch (event.type) {
    case 'case.upload-space-announced':
    case 'case.escalated':
    case 'case.level-reached':
    case 'case.purge-overdue':
    case 'case.resumed':
    case 'case.low-grade-given':
      return { to: event.data.to, audience: 'colleague' };
    case 'case.upload-quarantined':
      // A case whose customer is not known by now has nobody to write to.
      return event.data.audience === 'customer' && !file.contact
        ? null
        : { to: event.data.to, audience: event.data.audience };
    case 'case.owner-changed':
      return file.owner && { to: file.owner, audience: 'colleague' };
    case 'case.customer-forwarded':
    case 'case.plan-ticked':
      return { to: file.owner ?? { name: '', address: teamAddress }, audience: 'colleague' };
    case 'case.analysis-reported':
    case 'case.evidence-purged':
      // A result and a proof are worth a colleague's call even when no customer can be written to.
      return file.contact
        ? { to: file.contact, audience: 'customer' }
        : { to: file.owner ?? { name: '', address: teamAddress }, audience: 'colleague' };
    case 'case.evidence-requested':
    case 'case.collection-suggested':
    case 'case.wrong-dump-noticed':
    case 'case.upload-acknowledged':
    case 'case.answer-forwarded':
    case 'case.customer-reminded':
    case 'case.observation-started':
    case 'case.question-asked':
    case 'case.plan-written':
    case 'case.merged':
    case 'case.survey-asked':
    case 'case.archived':
      return file.contact && { to: file.contact, audience: 'customer' };
  }
}
