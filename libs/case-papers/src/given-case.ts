import {
  decide,
  evolve,
  standardPolicy,
  unopened,
  type Case,
  type CaseCommand,
  type CaseEvent,
} from '@caserelay/case-lifecycle';
import type { DumpFinding, EventOf, Person, PersonCommand } from '@caserelay/contracts';
import type { PackageGrounds } from './escalation-package.js';
import { linesOf } from './history-line.js';

export const contact: Person = { name: '合作伙伴联系人', address: 'contact@partner.example' };
export const engineer: Person = { name: '一线工程师', address: 'l1@support.example' };
export const id = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

const space = {
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
    member: 'MEMORY.DMP',
    format: 'kernel-dump-64',
    kind: 'full',
    bugcheck: {
      code: '0x1e',
      name: 'KMODE_EXCEPTION_NOT_HANDLED',
      parameters: [
        { value: '0xffffffffc0000005', meaning: 'The exception code that was not handled' },
        { value: '0xffffd1ba599fb11e', meaning: 'The address that the exception occurred at' },
      ],
    },
    exception: null,
    machine: 'x64',
    osBuild: 17763,
    osName: 'Windows 10 1809',
    processors: 4,
    crashedAt: '2020-05-07T06:40:00.000Z',
    uptimeSeconds: 3600,
    completeness: { verdict: 'complete', foundBytes: 10, expectedBytes: 10, reason: 'all pages are there' },
    crash: { address: '0xfffff807376ef014', module: 'Ntfs.sys', offset: '0xff014' },
    culprit: {
      ...{ name: 'Ntfs.sys', fileVersion: '10.0.17763.592', company: 'Microsoft Corporation', confidence: 'low' },
      reasons: ['crashed in Ntfs.sys'],
    },
    stack: [{ address: '0xfffff807376ef014', module: 'Ntfs.sys', offset: '0xff014', trust: 'context' }],
    drivers: { thirdParty: [{ name: 'hook.sys', fileVersion: '1.2', company: 'Other Ltd' }], more: 0 },
    ...news,
  };
}

/** A case of a spec that lives through commands of the real rules; every line of its history is kept. */
export class GivenCase {
  state: Case = unopened;
  readonly history: CaseEvent[] = [];
  private mails = 0;

  constructor(public now: string) {}

  at(now: string): this {
    this.now = now;
    return this;
  }

  ask(command: CaseCommand): this {
    const events = decide(this.state, command, standardPolicy);
    this.state = events.reduce(evolve, this.state);
    this.history.push(...events);
    return this;
  }

  report(news: Partial<EventOf<'problem.reported'>['data']> = {}): this {
    const nothing = { partner: null, endCustomer: null, problem: null, contact: null, owner: null };
    const report = {
      ...{ caseNumber: 'CAS-02227-X4W1B1', trackingToken: 'CMIT:0001409', topic: '', ...nothing },
      ...{ language: 'zh-CN' as const, channel: 'mail' as const, ...news },
    };
    return this.ask({ type: 'report', now: this.now, report });
  }

  takeSpace(): this {
    return this.ask({ type: 'take-upload-space', now: this.now, space });
  }

  mail(
    kind: EventOf<'mail.received'>['data']['kind'],
    text: string,
    author: 'customer' | 'colleague' = 'customer',
  ): this {
    this.mails += 1;
    const mail = {
      ...{ mailId: id(100 + this.mails), messageId: `<${this.mails}@partner.example>`, author, kind, text },
      from: author === 'customer' ? contact : engineer,
      ...{ subject: '回复', kindReason: 'spec', waitsForCrash: false, language: 'zh-CN' as const },
      ...{ location: 'mails/1.eml', attachments: [] },
    };
    return this.ask({ type: 'take-mail', now: this.now, mail });
  }

  upload(number: number, name: string): this {
    const file = { name, bytes: 10, sha256: 'a'.repeat(64), location: `uploads/${number}` };
    const upload = { uploadId: id(number), spaceId: space.spaceId, ...file };
    this.ask({ type: 'take-upload', now: this.now, upload });
    return this.ask({ type: 'take-completion', now: this.now, upload: { ...upload, because: 'whole' } });
  }

  analysed(number: number, news: Partial<EventOf<'dump.analysed'>['data']> = {}): this {
    const analysis = {
      ...{ uploadId: id(number), name: `MEMORY${number}.zip`, findings: [finding()], holdsFullDump: true },
      ...{ signature: '0x1e KMODE_EXCEPTION_NOT_HANDLED Ntfs.sys', nextSteps: [], ...news },
    };
    return this.ask({ type: 'take-analysis', now: this.now, analysis });
  }

  person(command: Omit<PersonCommand, 'by'>, commandId = id(500)): this {
    const whole = { ...command, by: engineer } as PersonCommand;
    return this.ask({ type: 'take-person-command', now: this.now, commandId, command: whole });
  }

  ring(): this {
    return this.ask({ type: 'let-time-pass', now: this.now });
  }

  grounds(news: Partial<PackageGrounds> = {}): PackageGrounds {
    return {
      ...{ caseId: id(1), state: this.state, lines: linesOf(this.history), leftOut: 0 },
      ...{
        position: this.history.length,
        now: this.now,
        policies: new Map([[standardPolicy.version, standardPolicy]]),
      },
      ...news,
    };
  }
}
