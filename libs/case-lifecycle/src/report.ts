import { Refusal, type CaseFile, type EventOf, type Person } from '@caserelay/contracts';
import { askForEvidence } from './ask-for-evidence.js';
import { acknowledge } from './take-upload.js';
import { startClock } from './run-clocks.js';
import type { Turn } from './turn.js';

type Report = EventOf<'problem.reported'>['data'];

/** The first report opens the case and gets it an upload space. */
export function open(turn: Turn, report: Report): void {
  const { channel: _, priority: __, contract: ___, ...told } = report;
  const file: CaseFile = { ...told, lastMessageId: null };
  const { version, document } = turn.policy;
  const priority = report.priority ?? document.priority;
  turn.say({ type: 'case.opened', data: { file, policy: version, priority } });
  startClock(turn, 'first-response');
  turn.say({ type: 'case.upload-space-requested', data: { file } });
  startClock(turn, 'upload-space');
}

/**
 * Later reports tell what is missing. They overwrite nothing but the problem: what a ticket says of it was written down
 * by a person, what a mail brings was read out of its subject.
 */
export function completeDetails(turn: Turn, report: Report): void {
  const { file } = turn.known;
  tellDetails(turn, {
    ...file,
    topic: file.topic || report.topic,
    partner: file.partner ?? report.partner,
    endCustomer: file.endCustomer ?? report.endCustomer,
    problem: report.channel === 'ticket' ? (report.problem ?? file.problem) : (file.problem ?? report.problem),
    contact: file.contact ?? report.contact,
    owner: file.owner ?? report.owner,
  });
}

/** A customer who writes is somebody to answer to. */
export function completeContact(turn: Turn, contact: Person): void {
  const { file } = turn.known;
  tellDetails(turn, { ...file, contact: file.contact ?? contact });
}

/** Whom the customer's letters go to; refuses while nobody is known. */
export function contactOf(turn: Turn): Person {
  const { contact } = turn.known.file;
  if (contact) return contact;
  throw new Refusal(
    'nobody is known to write to; expected a contact: report one first',
    '案例没有联系人，无法写信；请先登记联系人',
  );
}

/** A colleague who cares for a case without an owner becomes its owner. */
export function completeOwner(turn: Turn, owner: Person): void {
  const { file } = turn.known;
  tellDetails(turn, { ...file, owner: file.owner ?? owner });
}

/** Tells what is new in the file; once there is somebody to write to, they learn what waited for them. */
export function tellDetails(turn: Turn, file: CaseFile): void {
  const before = turn.known.file;
  if ((Object.keys(file) as (keyof CaseFile)[]).every((key) => file[key] === before[key])) return;
  turn.say({ type: 'case.details-completed', data: { file } });
  if (before.contact !== null || file.contact === null) return;
  for (const upload of turn.known.uploads)
    if (!upload.acknowledged && upload.begun !== false) acknowledge(turn, upload);
  askForEvidence(turn);
}
