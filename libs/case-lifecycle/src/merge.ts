import { Refusal, type PersonCommand } from '@caserelay/contracts';
import { limits, type Case, type CaseCommand, type Handed, type Known, type Merged } from './case.js';
import { liftLegalHold, placeLegalHold } from './legal-hold.js';
import { linkedWith, openChildren, takeLinkedCase, unlink } from './links.js';
import { endRetention } from './let-time-pass.js';
import { tellDetails } from './report.js';
import { endClock, startClock, runningClock } from './run-clocks.js';
import { takePurge } from './take-purge.js';
import { takeUploadSpace } from './take-upload-space.js';
import type { Turn } from './turn.js';

type Ask<Type extends CaseCommand['type']> = Omit<Extract<CaseCommand, { type: Type }>, 'now' | 'type'>;
type Asked = Exclude<CaseCommand, { type: CarriedOver }>;

/** Facts that a merged case leaves to the case that it goes on in, whenever they come. */
const carriedOver = [
  'report',
  'take-mail',
  'take-arrival',
  'take-recognition',
  'take-upload',
  'take-completion',
  'take-cut-short',
  'take-scan',
  'take-release',
  'take-analysis',
  'take-unreadable-dump',
  'take-other-evidence',
] as const satisfies readonly CaseCommand['type'][];
type CarriedOver = (typeof carriedOver)[number];

/** The case that has to be asked instead of this one; null when this one is to be asked itself. */
export function goesOnIn(state: Case, { type }: Pick<CaseCommand, 'type'>): string | null {
  return state.phase === 'merged' && carriedOver.some((each) => each === type) ? state.into.caseId : null;
}

/** Ends a case that goes on in another one. */
export function merge(turn: Turn, { into, by, reason }: Ask<'merge'>): void {
  const { file, links = [] } = turn.known;
  const { caseNumber } = into.file;
  if (turn.state.phase === 'archived')
    throw new Refusal(
      'the case is archived, found merge; expected an open case: reopen it first',
      '案例已归档，不能合并；请先重新打开案例',
    );
  if (into.phase === 'merged')
    throw new Refusal(
      `${caseNumber} was merged itself; expected the case that it goes on in: ${into.goesOnIn ?? 'unknown'}`,
      `案例 ${caseNumber} 本身已合并；请合并到其后续案例：${into.goesOnIn ?? '未知'}`,
    );
  if (into.phase === 'archived')
    throw new Refusal(
      `${caseNumber} is archived; expected an open case to go on in: reopen it first`,
      `案例 ${caseNumber} 已归档；应合并到未归档的案例，请先重新打开`,
    );
  const kin = links.find(({ caseId, as }) => caseId === into.caseId && (as === 'parent' || as === 'child'));
  if (kin)
    throw new Refusal(
      `${caseNumber} is the ${kin.as} of the case; expected cases that are the same problem: unlink them first`,
      `案例 ${caseNumber} 是本案例的${kin.as === 'parent' ? '上级' : '下级'}案例，不能合并；请先取消关联`,
    );
  const children = openChildren(turn.known).map((child) => child.caseNumber);
  if (children.length > 0)
    throw new Refusal(
      `children of the case are open: ${children.join(', ')}; expected them to be linked with ${caseNumber}, or archived, before`,
      `下级案例尚未归档：${children.join('、')}；请先将其关联到 ${caseNumber} 或归档`,
    );
  turn.say({
    type: 'case.merged',
    data: { file, into: { caseId: into.caseId, file: into.file }, by, reason, ...linkedWith(turn.known) },
  });
}

/** What a case that is merged hands over. */
export function handedOver(state: Exclude<Case, { phase: 'unopened' }>): Handed {
  const { mailIds, customerWords, arriving, uploads, findings, counts } = state.known;
  const { answered, questions, scans, merged } = state.known;
  return {
    ...{ mailIds, customerWords, arriving, uploads, findings, counts },
    ...(answered && { answered }),
    ...(questions && { questions }),
    ...(scans && { scans }),
    ...(merged && { merged }),
    pending: state.phase === 'analysing' ? state.pending : [],
  };
}

/** Goes on with what another case had. Its letters stay its own: here nobody is told anything but what follows. */
export function takeMergedCase(turn: Turn, { merged, handed, by, reason }: Ask<'take-merged-case'>): void {
  const { file } = turn.known;
  const inAll = (turn.known.merged?.length ?? 0) + (handed.merged?.length ?? 0) + 1;
  if (inAll > limits.links)
    throw new Refusal(
      `${inAll} cases would be merged into one; expected at most ${limits.links}`,
      `将有 ${inAll} 个案例合并为一个；最多 ${limits.links} 个`,
    );
  turn.say({ type: 'case.merge-taken', data: { file, merged, by, reason } });
  turn.say({ type: 'merged-case.kept', data: { caseId: merged.caseId, handed } });
  if (turn.state.phase === 'analysing' && !runningClock(turn, 'analysis')) startClock(turn, 'analysis');
  const other = merged.file;
  tellDetails(turn, {
    ...file,
    partner: file.partner ?? other.partner,
    endCustomer: file.endCustomer ?? other.endCustomer,
    problem: file.problem ?? other.problem,
    contact: file.contact ?? other.contact,
    owner: file.owner ?? other.owner,
  });
}

/** What a merged case is asked. It tells its customer nothing any more and moves nothing; what it holds ends with its evidence. */
export function askMerged(turn: Turn, state: { known: Known } & Merged, command: CaseCommand): void {
  if (isCarriedOver(command))
    throw new Error(`a merged case was asked to ${command.type}; expected ${state.into.caseId} to be asked`);
  switch (command.type) {
    case 'take-upload-space':
      takeUploadSpace(turn, command.space);
      break;
    case 'take-purge':
      takePurge(turn, command.part, command.purged);
      break;
    case 'unlink':
      unlink(turn, command);
      break;
    case 'take-linked-case':
      takeLinkedCase(turn, command);
      break;
    case 'take-merge-target':
      followTarget(turn, state, command);
      break;
    case 'let-time-pass':
      endRetention(turn);
      break;
    case 'take-person-command':
      takeFromPerson(turn, state, command.command);
      break;
    case 'link':
    case 'merge':
    case 'take-merged-case':
    case 'take-ticks':
    case 'take-survey-answer':
      throw goneOn(state, command.type);
    case 'apply-policy':
      break;
  }
}

/** Its evidence is still its own: it can be kept from being removed. */
function takeFromPerson(turn: Turn, state: Merged, command: PersonCommand): void {
  if (command.type === 'note') turn.say({ type: 'note.kept', data: { by: command.by, text: command.text } });
  else if (command.type === 'place-legal-hold') placeLegalHold(turn, command);
  else if (command.type === 'lift-legal-hold') liftLegalHold(turn, command);
  else throw goneOn(state, command.type);
}

function isCarriedOver(command: CaseCommand): command is Exclude<CaseCommand, Asked> {
  return carriedOver.some((each) => each === command.type);
}

function goneOn({ into: { file } }: Merged, found: string): Refusal {
  return new Refusal(
    `the case was merged into ${file.caseNumber}, found ${found}; expected it to be asked of that one`,
    `案例已合并到 ${file.caseNumber}，不能执行 ${found}；请在该案例中操作`,
  );
}

/** While the other case is open so is this one's account, and its evidence stays; with it both end, by the policy of this one. */
function followTarget(turn: Turn, { into }: Merged, { target, isOpen }: Ask<'take-merge-target'>): void {
  if (JSON.stringify(target) !== JSON.stringify(into)) turn.say({ type: 'merge-target.kept', data: { into: target } });
  if (isOpen) {
    endClock(turn, 'grace');
    endClock(turn, 'retention');
    return;
  }
  startClock(turn, 'grace');
  if (turn.policy.retention.evidence !== null) startClock(turn, 'retention');
}
