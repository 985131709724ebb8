import { defaultPatterns, type CaseKeyPatterns } from '@caserelay/mail-thread';
import { openEvidenceStore } from '@caserelay/evidence-store';
import { askForKey, defineService, type Host } from '@caserelay/service-host';
import type { DynamicModule, MiddlewareConsumer, NestModule, OnApplicationBootstrap } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { Counter, Gauge } from 'prom-client';
import { v7 as newId } from 'uuid';
import { listWaitingMails, WaitingMails } from './adapters/case-records/waiting-mails.js';
import { WaitingMails1720000300000 } from './adapters/case-records/waiting-mails.migration.js';
import type { Tell } from '@caserelay/messaging';
import { CaseRecords } from './adapters/case-records/case-records.js';
import { CaseTables1720000000000 } from './adapters/case-records/case-tables.js';
import { KeptFileRecords } from './adapters/case-records/kept-file-records.js';
import { KeptFiles1720000100000 } from './adapters/case-records/kept-files.migration.js';
import { LegalHolds1720000200000 } from './adapters/case-records/legal-holds.migration.js';
import { MergedCases1764500000000 } from './adapters/case-records/merged-cases.migration.js';
import { MailRecords, noteRejectedMail } from './adapters/case-records/mail-records.js';
import { PostRecords } from './adapters/case-records/post-records.js';
import { InboxDoor, type Taken } from './adapters/inbox-door/inbox-door.js';
import { MailEvidence } from './adapters/mail-evidence/mail-evidence.js';
import { filesOfOldMail } from './adapters/mail-parser/files-of-old-mail.js';
import { readLetter } from './adapters/mail-parser/mail-parser.js';
import { SenderCheck } from './adapters/sender-check/sender-check.js';
import { SmtpDoor } from './adapters/smtp-door/smtp-door.js';
import { WaitingView } from './adapters/waiting-view/waiting-view.js';
import { config } from './config.js';
import { AssignMailController, AssignMailNeeds } from './features/assign-mail/assign-mail.controller.js';
import { answerToSender, inOneLine } from './features/receive-event/answer-to-sender.js';
import {
  ApiKeys,
  ReceiveEventController,
  ReceiveEventNeeds,
} from './features/receive-event/receive-event.controller.js';
import {
  inboundTypes,
  receiveEvent,
  type Needs as ReceiveNeeds,
  type Outcome,
  type Records as ReceiveRecords,
} from './features/receive-event/receive-event.js';
import { ListPurged, ListPurgedController } from './features/purge-mails/list-purged.controller.js';
import { FollowMergesConsumer, FollowMergesNeeds } from './features/follow-merges/follow-merges.consumer.js';
import { handedOverMail } from './adapters/mail-evidence/handed-over-mail.js';
import {
  ImportThreadController,
  ImportThreadNeeds,
  ThreadsKey,
} from './features/import-thread/import-thread.controller.js';
import type { Needs as ImportNeeds, Records as ImportRecords } from './features/import-thread/import-thread.js';
import { noteOldFilesOnce } from './features/purge-mails/note-old-files.timer.js';
import { PurgeMailsConsumer, PurgingNeeds } from './features/purge-mails/purge-mails.consumer.js';
import { replyToSender } from './features/take-mail/reply-to-sender.js';
import { takeMail, type Needs as TakeNeeds } from './features/take-mail/take-mail.js';

type IntakeHost = Host<typeof config>;

/** Takes in mail and posted events, finds or opens their case, and tells what they say. */
export const intake = defineService({
  name: 'intake',
  config,
  migrations: [
    CaseTables1720000000000,
    KeptFiles1720000100000,
    LegalHolds1720000200000,
    WaitingMails1720000300000,
    MergedCases1764500000000,
  ],
  module: (host): DynamicModule => ({
    module: class IntakeModule implements NestModule {
      configure(consumer: MiddlewareConsumer): void {
        consumer.apply(askForKey(host.config.CASES_API_KEY, 'CASES_API_KEY')).forRoutes('v1/purged-files');
      }
    },
    controllers: [
      ReceiveEventController,
      ImportThreadController,
      PurgeMailsConsumer,
      ListPurgedController,
      FollowMergesConsumer,
      AssignMailController,
    ],
    providers: [
      {
        provide: ApiKeys,
        useValue: { events: host.config.INTAKE_API_KEY, commands: host.config.CASES_API_KEY } satisfies ApiKeys,
      },
      { provide: ThreadsKey, useValue: host.config.INTAKE_API_KEY },
      { provide: ImportThreadNeeds, useFactory: () => importNeedsOf(host) },
      { provide: ReceiveEventNeeds, useValue: receiveNeedsOf(host) },
      {
        provide: FollowMergesNeeds,
        useValue: (({ tx }) => new CaseRecords(tx, caseOptionsOf(host))) satisfies FollowMergesNeeds,
      },
      { provide: InboxDoor, useFactory: () => inboxDoorOf(host) },
      { provide: WaitingView, useFactory: () => waitingViewOf(host) },
      {
        provide: SmtpDoor,
        useFactory: (waiting: WaitingView) => mailDoorOf(host, waiting),
        inject: [WaitingView],
      },
      {
        provide: AssignMailNeeds,
        useFactory: (waiting: WaitingView) => assignNeedsOf(host, waiting),
        inject: [WaitingView],
      },
      { provide: PurgingNeeds, useFactory: () => purgingNeedsOf(host) },
      {
        provide: ListPurged,
        useValue: ((wish) => new KeptFileRecords(host.database.manager).listPurged(wish)) satisfies ListPurged,
      },
    ],
  }),
});

function inboxDoorOf(host: IntakeHost): OnApplicationBootstrap {
  const { config, log, topology, database } = host;
  const needs = receiveNeedsOf(host);
  const events = new Counter({
    name: 'caserelay_inbox_events_total',
    help: 'Events that other systems published to the inbox, by what became of them',
    labelNames: ['outcome'],
    registers: [host.metrics],
  });
  const failures = new Counter({
    name: 'caserelay_inbox_failures_total',
    help: 'Tries to take an event of the inbox that failed by a fault of ours',
    registers: [host.metrics],
  });
  const sender = { channel: 'inbox' as const, idempotencyKey: null, may: inboundTypes };
  const door = new InboxDoor({
    url: config.AMQP_URL,
    topology,
    retryPauses: config.RETRY_PAUSES_SECONDS.map((seconds) => Math.round(seconds * 1000)),
    attempts: config.ATTEMPTS,
    take: async (event) => {
      const outcome = await receiveEvent(event, sender, needs);
      events.inc({ outcome: outcome.outcome });
      return takenFromInbox(outcome);
    },
    failed: () => failures.inc(),
    databaseAnswers: () =>
      database.query('select 1').then(
        () => true,
        () => false,
      ),
    log,
  });
  host.checkReadiness('inbox', async () => {
    if (!door.isListening) throw new Error('not connected');
  });
  return {
    onApplicationBootstrap: () => {
      host.onStop(() => door.stop());
      door.start();
    },
  };
}

/** An event that is refused goes among the dead letters, for its sender may not wait for an answer. */
function takenFromInbox(outcome: Outcome): Taken {
  const told = answerToSender(outcome);
  if ('answer' in told) return { answer: { status: 202, ...told.answer }, dead: null };
  const { problem } = told;
  const reason =
    outcome.outcome === 'broken' ? 'unreadable' : outcome.outcome === 'unknown-type' ? 'unknown-type' : 'refused';
  return { answer: { type: 'about:blank', ...problem }, dead: { reason, why: inOneLine(problem) } };
}

const shownMails = 20;

function waitingViewOf(host: IntakeHost): WaitingView {
  const { database, log, metrics } = host;
  const view = new WaitingView(
    host.bull,
    async () => {
      const { waiting, mails } = await listWaitingMails(database, shownMails);
      return { waiting, mails: mails.map(({ text: _text, ...mail }) => mail) };
    },
    (error) => log.warn({ err: error }, 'mails that wait cannot be shown now; it is tried again'),
  );
  new Gauge({
    name: 'caserelay_mails_waiting',
    help: 'Mails that wait for a person to find their case',
    registers: [metrics],
    async collect() {
      this.set((await listWaitingMails(database, 0)).waiting);
    },
  });
  host.onStop(() => view.close());
  view.start();
  return view;
}

function assignNeedsOf(host: IntakeHost, waiting: WaitingView): AssignMailNeeds {
  return {
    inTransaction: (work) =>
      host.outbox.transaction(async (tx) => {
        const cases = new CaseRecords(tx, caseOptionsOf(host));
        const mails = new WaitingMails(tx);
        return await work({
          ...caseNeedsOf(cases),
          takeCase: (caseId, names) => cases.whereItGoesOn(caseId).then((goesOn) => cases.take(goesOn, names)),
          lockWaiting: (mailId) => mails.lock(mailId),
          decide: (mailId, decision, caseId, at) => mails.decide(mailId, decision, caseId, at),
          judgeMail: (mailId, judged) => new MailRecords(tx).judge(mailId, judged),
        });
      }),
    now: () => host.clock.now(),
    list: (limit) => listWaitingMails(host.database, limit),
    changed: () => waiting.show(),
    apiKey: host.config.INTAKE_API_KEY,
  };
}

function mailDoorOf(host: IntakeHost, waiting: WaitingView): OnApplicationBootstrap {
  const { config, log } = host;
  const evidence = new MailEvidence(openEvidenceStore(config));
  const needs = takeNeedsOf(host, evidence);
  const mails = new Counter({
    name: 'caserelay_mails_in_total',
    help: 'Mails that came in, by what became of them',
    labelNames: ['outcome'],
    registers: [host.metrics],
  });
  const door = new SmtpDoor({
    port: config.SMTP_PORT,
    bindAddress: config.SMTP_BIND_ADDRESS,
    maxBytes: config.SMTP_MAX_BYTES,
    maxClients: config.SMTP_MAX_CLIENTS,
    maxRecipients: config.SMTP_MAX_RECIPIENTS,
    timeoutSeconds: config.SMTP_TIMEOUT_SECONDS,
    domain: config.MAIL_DOMAIN,
    take: async (mail, envelope) => {
      try {
        const taken = await takeMail(mail, envelope, needs);
        mails.inc({ outcome: taken.outcome });
        if (taken.outcome === 'waiting') waiting.show();
        log.info({ ...taken, sender: envelope.sender }, 'mail came in');
        return replyToSender(taken, config.SMTP_MAX_BYTES);
      } catch (error) {
        mails.inc({ outcome: 'put-off' });
        log.warn({ err: error, sender: envelope.sender }, 'a mail cannot be taken now; its sender has to try again');
        throw error;
      }
    },
  });
  return {
    onApplicationBootstrap: async () => {
      await evidence.open();
      host.onStop(() => door.close());
      log.info({ smtpPort: await door.listen() }, 'mail is taken');
    },
  };
}

function takeNeedsOf(host: IntakeHost, evidence: MailEvidence): TakeNeeds {
  const { config, clock, database } = host;
  const check = new SenderCheck({
    relays: config.MAIL_RELAYS,
    authservId: config.MAIL_AUTHSERV_ID ?? null,
    domain: config.MAIL_DOMAIN,
    nameServers: config.MAIL_NAME_SERVERS,
    limitMilliseconds: 10_000,
  });
  return {
    keepMail: (mail) => evidence.keepMail(mail),
    keepAttachment: (content, name) => evidence.keepAttachment(content, name),
    readMail: async ({ location }) => readLetter(await evidence.read(location)),
    checkSender: async ({ location }, envelope, from) => check.check(() => evidence.read(location), envelope, from),
    isThere: (location) => evidence.isThere(location),
    inTransaction: (work) =>
      host.outbox.transaction(async (tx) => {
        const mails = new MailRecords(tx);
        const cases = new CaseRecords(tx, caseOptionsOf(host));
        return await work({
          ...caseNeedsOf(cases),
          casesNamed: (names) => cases.named(names),
          takeCase: (caseId, names) => cases.take(caseId, names),
          casesAlike: (mail) => cases.alike(mail),
          letWait: (mail) => new WaitingMails(tx).note(mail),
          noteMail: (mail) => mails.note(mail),
          noteFiles: (mailId, files) => new KeptFileRecords(tx).note(mailId, files, clock.now()),
          noteCopy: (mail, file) => new KeptFileRecords(tx).noteCopy(mail, file, clock.now()),
          judgeMail: (mailId, judged) => mails.judge(mailId, judged),
        });
      }),
    noteRejected: (rejected) => noteRejectedMail(database, rejected),
    sha256,
    newId,
    now: () => clock.now(),
    patterns: patternsOf(host),
    colleagueDomains: config.COLLEAGUE_DOMAINS ?? [config.MAIL_DOMAIN],
    ownAddress: /<([^>]+)>/.exec(config.SENDER)?.[1] ?? config.SENDER,
  };
}

const pauseMilliseconds = 30_000;

function purgingNeedsOf(host: IntakeHost): PurgingNeeds {
  const { clock, config, log, outbox } = host;
  const evidence = new MailEvidence(openEvidenceStore(config));
  let isStopping = false;
  const stopNoting = noteOldFilesOnce(
    {
      filesOf: (mail) => filesOfOldMail(evidence, mail),
      inTransaction: (work) =>
        outbox.transaction(async (tx) => ({ result: await work(new KeptFileRecords(tx)), tells: [] })),
      isStopping: () => isStopping,
    },
    pauseMilliseconds,
    (error) => log.warn({ err: error }, 'files of old mails could not be noted; it is tried again'),
  );
  host.onStop(async () => {
    isStopping = true;
    await stopNoting();
  });
  return ({ tx }) => {
    const files = new KeptFileRecords(tx);
    return {
      follow: (caseId, sequence) => files.follow(caseId, sequence),
      noteLegalHold: (caseId, sequence) => files.noteLegalHold(caseId, sequence),
      isHeld: (caseId, sequence) => files.isHeld(caseId, sequence),
      hasOldMails: () => files.hasOldMails(),
      listOfCase: (caseId) => files.listOfCase(caseId),
      isThere: (location) => evidence.isThere(location),
      removeFile: (location) => evidence.remove(location),
      release: (caseId, location, at) => files.release(caseId, location, at),
      markPurged: (caseId, location, requestedAt, at) => files.markPurged(caseId, location, requestedAt, at),
      removedFor: (caseId, requestedAt) => files.removedFor(caseId, requestedAt),
      now: () => clock.now(),
    };
  };
}

function receiveNeedsOf(host: IntakeHost): ReceiveNeeds {
  return {
    inTransaction: (work) =>
      host.outbox.transaction(async (tx) => {
        const posts = new PostRecords(tx);
        return await work({
          ...caseNeedsOf(new CaseRecords(tx, caseOptionsOf(host))),
          notePost: (post, postedAt) => posts.note(post, postedAt),
          nameCase: (post, caseId) => posts.nameCase(post, caseId),
        });
      }),
    sha256,
    now: () => host.clock.now(),
    patterns: patternsOf(host),
  };
}

/** Thrown to take back what a dry run wrote; carries what it would have done. */
class DryRun extends Error {
  override readonly name = 'DryRun';
  constructor(readonly result: unknown) {
    super('a dry run is taken back');
  }
}

function importNeedsOf(host: IntakeHost): ImportNeeds {
  const { config, clock, outbox } = host;
  const evidence = new MailEvidence(openEvidenceStore(config));
  const colleagues = (config.COLLEAGUE_DOMAINS ?? [config.MAIL_DOMAIN]).map((domain) => domain.toLowerCase());
  return {
    keepMail: async (mail) => {
      const kept = await evidence.keepMail(handedOverMail(mail));
      if (kept === null) throw new Error(`the mail ${mail.messageId} was not kept`);
      return kept;
    },
    inTransaction: async <Result>(
      work: (records: ImportRecords) => Promise<{ result: Result; tells: Tell[] }>,
      dryRun: boolean,
    ): Promise<Result> => {
      try {
        return await outbox.transaction(async (tx) => {
          const mails = new MailRecords(tx);
          const done = await work({
            ...caseNeedsOf(new CaseRecords(tx, caseOptionsOf(host))),
            knowsMail: (messageId) => mails.knows(messageId),
            noteMail: (mail) => mails.note(mail),
            noteFiles: (mailId, files) => new KeptFileRecords(tx).note(mailId, files, clock.now()),
            judgeMail: (mailId, judged) => mails.judge(mailId, judged),
          });
          if (dryRun) throw new DryRun(done.result);
          return done;
        });
      } catch (error) {
        if (error instanceof DryRun) return error.result as Result;
        throw error;
      }
    },
    sha256,
    newId,
    now: () => clock.now(),
    patterns: patternsOf(host),
    isColleague: (address) => colleagues.includes(address.slice(address.lastIndexOf('@') + 1).toLowerCase()),
  };
}

function caseNeedsOf(cases: CaseRecords): Pick<ReceiveRecords, 'findCase' | 'openCase' | 'completeCase'> {
  return {
    findCase: (names, how) => cases.find(names, how),
    openCase: (names, topic) => cases.open(names, topic),
    completeCase: (caseId, facts) => cases.complete(caseId, facts),
  };
}

function caseOptionsOf({ config, clock }: IntakeHost): { tokenPrefix: string; now: () => Date } {
  return { tokenPrefix: config.TRACKING_PREFIX, now: () => clock.now() };
}

function patternsOf({ config }: IntakeHost): CaseKeyPatterns {
  const own = defaultPatterns.caseNumber;
  const caseNumber = config.CASE_NUMBER_PATTERN === undefined ? own : `(?:${config.CASE_NUMBER_PATTERN}|${own})`;
  return { tokenPrefix: config.TRACKING_PREFIX, caseNumber };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
