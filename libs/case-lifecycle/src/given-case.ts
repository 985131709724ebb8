import type {
  DumpFinding,
  EventOf,
  Person,
  PersonCommand,
  Priority,
  PurgedPart,
  RecognisedDump,
  Solved,
  UploadSpace,
} from '@caserelay/contracts';
import {
  isTold,
  unopened,
  type Case,
  type CaseCommand,
  type CaseEvent,
  type PurgePart,
  type ToldByCase,
} from './case.js';
import type { CaseClock, ClockName } from './clock.js';
import { decide } from './decide.js';
import { evolve } from './evolve.js';
import { standardPolicy, type Policy } from './policy.js';
import { taskListOf } from './task-list.js';
import { wakeAt } from './wake-at.js';

export const contact: Person = { name: '合作伙伴联系人', address: 'contact@partner.example' };
export const engineer: Person = { name: '一线工程师', address: 'l1@support.example' };

/** A UUID that ends in a number, to tell ids apart in specs. */
export const id = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

export const space: UploadSpace = {
  spaceId: id(900),
  account: 'sxmtdzjt',
  host: 'sftp.support.example',
  port: 22222,
  folder: '/upload',
  link: 'https://support.example/spaces/1',
  linkExpiresAt: '2020-06-30T00:00:00.000Z',
  hostKeyFingerprint: 'SHA256:abc',
};

export function finding(news: Partial<DumpFinding> = {}): DumpFinding {
  return {
    member: null,
    format: 'kernel-dump-64',
    kind: 'full',
    bugcheck: { code: '0x139', name: 'KERNEL_SECURITY_CHECK_FAILURE', parameters: [] },
    exception: null,
    machine: 'x64',
    osBuild: 17763,
    osName: 'Windows 10 1809',
    processors: 4,
    crashedAt: null,
    uptimeSeconds: null,
    completeness: { verdict: 'complete', foundBytes: 10, expectedBytes: 10, reason: 'all pages are there' },
    ...news,
  };
}

export const truncated = finding({
  completeness: { verdict: 'truncated', foundBytes: 4, expectedBytes: 10, reason: 'ends 6 bytes early' },
});

const kindOf = { uploads: 'upload', mails: 'mail', reports: 'report' } as const;

function closed(number: number, name = `MEMORY${number}.zip`): EventOf<'upload.received'>['data'] {
  const file = { name, bytes: 10, sha256: 'a'.repeat(64), location: `uploads/${number}` };
  return { uploadId: id(number), spaceId: space.spaceId, ...file };
}

type DistributiveOmit<Union, Key extends PropertyKey> = Union extends unknown ? Omit<Union, Key> : never;

/** The standard policy, by which customers may be written to at any hour: what is due can be reckoned in the head. */
export const atAnyHour: Policy = { ...standardPolicy, document: withoutHours(standardPolicy.document) };

function withoutHours({ customerHours: _, ...document }: Policy['document']): Policy['document'] {
  return document;
}

/** A case that lives through commands, with the clock of the spec; `told` is what others heard after the last one. */
export class GivenCase {
  state: Case = unopened;
  history: CaseEvent[] = [];
  told: ToldByCase[] = [];
  private mails = 0;

  constructor(
    public now = '2020-04-28T18:04:00+08:00',
    public policy = atAnyHour,
  ) {}

  /** Opened with a contact and a space: the customer was asked for evidence. */
  static awaitingEvidence(now?: string): GivenCase {
    return new GivenCase(now).report({ contact, owner: engineer }).takeSpace();
  }

  at(now: string): this {
    this.now = now;
    return this;
  }

  ask(command: CaseCommand): this {
    const events = decide(this.state, command, this.policy);
    this.state = events.reduce(evolve, this.state);
    this.history.push(...events);
    this.told = events.filter(isTold).map(({ at: _, ...told }) => told);
    return this;
  }

  report(news: Partial<EventOf<'problem.reported'>['data']> = {}): this {
    const report = {
      caseNumber: 'CAS-02227-X4W1B1',
      trackingToken: 'CMIT:0001409',
      topic: '反馈电脑蓝屏问题',
      partner: null,
      endCustomer: null,
      problem: null,
      contact: null,
      owner: null,
      language: 'zh-CN' as const,
      channel: 'mail' as const,
      ...news,
    };
    return this.ask({ type: 'report', now: this.instant, report });
  }

  import(news: Partial<EventOf<'thread.imported'>['data']> = {}): this {
    const thread = {
      ...{
        caseNumber: 'CAS-02227-X4W1B1',
        trackingToken: 'CMIT:0001409',
        topic: '反馈电脑蓝屏问题',
        language: 'zh-CN' as const,
      },
      ...{ partner: null, endCustomer: null, problem: null, contact, owner: engineer, standing: 'open' as const },
      ...{ firstMailAt: '2020-03-01T00:00:00.000Z', lastMailAt: '2020-03-09T00:00:00.000Z' },
      ...{ lastAuthor: 'colleague' as const, ...news },
    };
    return this.ask({ type: 'import-thread', now: this.instant, thread });
  }

  importMail(number: number, news: Partial<EventOf<'mail.imported'>['data']> = {}): this {
    const mail = {
      ...{ mailId: id(700 + number), messageId: `<old-${number}@partner.example>`, from: contact },
      ...{ author: 'customer' as const, subject: '回复', kind: 'update' as const, kindReason: 'spec' },
      ...{ sentAt: `2020-03-0${number}T00:00:00.000Z`, text: `old words ${number}`, language: 'zh-CN' as const },
      ...{ location: 'mails/1.eml', ...news },
    };
    return this.ask({ type: 'take-imported-mail', now: this.instant, mail });
  }

  takeSpace(news: Partial<UploadSpace> = {}): this {
    return this.ask({ type: 'take-upload-space', now: this.instant, space: { ...space, ...news } });
  }

  mail(kind: EventOf<'mail.received'>['data']['kind'], news: Partial<EventOf<'mail.received'>['data']> = {}): this {
    this.mails += 1;
    const byColleague = [
      ...[
        'upload-space-request',
        'answer',
        'action-plan',
        'reminder',
        'escalation',
        'closure-summary',
        'colleague-note',
      ],
    ].includes(kind);
    const mail = {
      mailId: id(100 + this.mails),
      messageId: `<${this.mails}@partner.example>`,
      from: byColleague ? engineer : contact,
      author: byColleague ? ('colleague' as const) : ('customer' as const),
      subject: '回复',
      kind,
      kindReason: 'spec',
      waitsForCrash: false,
      text: `words ${this.mails}`,
      language: 'zh-CN' as const,
      location: 'mails/1.eml',
      attachments: [],
      ...news,
    };
    return this.ask({ type: 'take-mail', now: this.instant, mail });
  }

  /** A file begins to come in. */
  arrive(number: number, news: Partial<EventOf<'upload.started'>['data']> = {}): this {
    const upload = {
      uploadId: id(number),
      spaceId: space.spaceId,
      name: `MEMORY${number}.zip`,
      location: `uploads/${number}`,
      ...news,
    };
    return this.ask({ type: 'take-arrival', now: this.instant, upload });
  }

  /** Its first bytes say what it is. */
  recognise(number: number, kind: DumpFinding['kind'], news: Partial<RecognisedDump> = {}): this {
    const { processors: _, completeness: __, ...dump } = { ...finding({ kind }), expectedBytes: null };
    const recognised = { uploadId: id(number), name: `MEMORY${number}.zip`, ...dump, arrivedBytes: 4, ...news };
    return this.ask({ type: 'take-recognition', now: this.instant, recognised });
  }

  /** A file is closed by its sender, and all of it is here. */
  upload(number: number, name = `MEMORY${number}.zip`): this {
    const received = this.receive(number, name).told;
    this.complete(number, name);
    this.told = [...received, ...this.told];
    return this;
  }

  receive(number: number, name?: string): this {
    return this.ask({ type: 'take-upload', now: this.instant, upload: closed(number, name) });
  }

  complete(number: number, name?: string): this {
    const upload = { ...closed(number, name), because: 'whole' as const };
    return this.ask({ type: 'take-completion', now: this.instant, upload });
  }

  cutShort(number: number, news: Partial<EventOf<'upload.cut-short'>['data']> = {}): this {
    const upload = { ...closed(number), expectedBytes: 20, reason: '10 of 20 bytes are there', ...news };
    return this.ask({ type: 'take-cut-short', now: this.instant, upload });
  }

  /** A malware scanner has looked into a file. */
  scan(number: number, outcome: Pick<EventOf<'upload.scanned'>['data'], 'outcome' | 'signature' | 'reason'>): this {
    const { location: _, ...file } = closed(number);
    const scan = { ...file, ...outcome, scanner: 'ClamAV 1.4.3', scannedAt: this.instant };
    return this.ask({ type: 'take-scan', now: this.instant, scan });
  }

  analysed(number: number, news: Partial<EventOf<'dump.analysed'>['data']> = {}): this {
    const analysis = {
      uploadId: id(number),
      name: `MEMORY${number}.zip`,
      findings: [finding()],
      holdsFullDump: false,
      signature: null,
      nextSteps: [],
      ...news,
    };
    return this.ask({ type: 'take-analysis', now: this.instant, analysis });
  }

  unreadable(number: number): this {
    const dump = { uploadId: id(number), name: `MEMORY${number}.zip`, reason: 'found ELF, expected PAGE' };
    return this.ask({ type: 'take-unreadable-dump', now: this.instant, dump });
  }

  recognised(number: number): this {
    const evidence = { uploadId: id(number), name: 'appwiz.jpg', kind: 'image' as const, description: 'a photo' };
    return this.ask({ type: 'take-other-evidence', now: this.instant, evidence });
  }

  /** Someone who holds evidence answers that it is gone: one file, unless told otherwise. */
  purged(part: PurgePart, news: Partial<PurgedPart> & { account?: string | null } = {}): this {
    const file = { kind: kindOf[part], name: part, bytes: 10, sha256: 'a'.repeat(64) };
    const files = [{ ...file, receivedAt: this.instant, purgedAt: this.instant }];
    const requestedAt = (this.state.phase !== 'unopened' && this.state.known.purging?.requestedAt) || this.instant;
    const purged = { requestedAt, files, filesInAll: 1, bytesInAll: 10, kept: 0, keptBecause: null, ...news };
    return this.ask({ type: 'take-purge', now: this.instant, part, purged });
  }

  /** The contact ticks items of the present plan on their page: `[item, isDone, words]`. */
  tick(...ticks: [item: number, isDone: boolean | null, words: string | null][]): this {
    const list = this.state.phase === 'unopened' ? null : taskListOf(this.state.known);
    return this.tickOf(list?.listId ?? 'none', ...ticks);
  }

  tickOf(listId: string, ...ticks: [item: number, isDone: boolean | null, words: string | null][]): this {
    const said = ticks.map(([item, isDone, words]) => ({ item, isDone, words }));
    return this.ask({ type: 'take-ticks', now: this.instant, listId, ticks: said });
  }

  /** The contact answers the survey on their page. */
  surveyed(grade: number, solved: Solved = 'yes', words: string | null = null): this {
    return this.ask({ type: 'take-survey-answer', now: this.instant, grade, solved, words });
  }

  acknowledge(clock: ClockName, by = engineer): this {
    return this.person({ type: 'acknowledge-clock', clock }, 500, by);
  }

  /** A person asks something; what it makes gets the id of the number. */
  person(command: DistributiveOmit<PersonCommand, 'by'>, number = 500, by = engineer): this {
    const asked = { ...command, by };
    return this.ask({ type: 'take-person-command', now: this.instant, commandId: id(number), command: asked });
  }

  changePriority(priority: Priority): this {
    return this.person({ type: 'change-priority', priority });
  }

  apply(policy: Policy): this {
    this.policy = policy;
    return this.ask({ type: 'apply-policy', now: this.instant, because: 'policy-changed', by: engineer });
  }

  /** A clock that runs; fails the spec when it does not. */
  clock(name: ClockName): CaseClock {
    const found = 'known' in this.state ? this.state.known.clocks.find(({ clock }) => clock === name) : undefined;
    if (!found) throw new Error(`the clock ${name} does not run`);
    return found;
  }

  letTimePass(now = this.now): this {
    return this.at(now).ask({ type: 'let-time-pass', now: this.instant });
  }

  /** Lets the clock ring at the very instant it asked for. */
  ring(): this {
    return this.letTimePass(wakeAt(this.state) ?? this.now);
  }

  get types(): string[] {
    return this.told.map(({ type }) => type);
  }

  get instant(): string {
    return new Date(this.now).toISOString();
  }

  /** When the case wants to be looked at again, in Beijing time. */
  get wakesAt(): string | null {
    const instant = wakeAt(this.state);
    if (instant === null) return null;
    return new Date(Date.parse(instant) + 8 * 3_600_000).toISOString().replace('.000Z', '+08:00');
  }
}
