import { causeOf, type Hearing } from '@caserelay/messaging';
import { CustomerLinks, defineService, type Host } from '@caserelay/service-host';
import type { DynamicModule } from '@nestjs/common';
import { LetterStore, keepLetter, lastLettersOf } from './adapters/letter-store/letter-store.js';
import { LetterTables1710000000000 } from './adapters/letter-store/letter-tables.js';
import { MailServer } from './adapters/mail-server/mail-server.js';
import { signingKeyOf } from './adapters/mail-server/signing-key.js';
import { lookUpSentMail } from './adapters/sent-mail-lookup/sent-mail-lookup.js';
import { config } from './config.js';
import { SendLettersTimer, type SendingNeeds } from './features/send-letters/send-letters.timer.js';
import { referencesOf, type Letter } from './features/write-letters/compose-letter.js';
import type { LetterSettings } from './features/write-letters/letter-bodies.js';
import { WriteLettersConsumer, WriteLettersNeeds } from './features/write-letters/write-letters.consumer.js';

type NotificationHost = Host<typeof config>;

const pollMilliseconds = 500;
/** Share of the lease in which an attempt must end, so that nobody looks a letter up that is still on its way. */
const attemptShare = 0.75;

/** Writes the letters of cases to people and sends each of them once. */
export const notification = defineService({
  name: 'notification',
  config,
  migrations: [LetterTables1710000000000],
  module: (host): DynamicModule => {
    const timer = senderOf(host);
    return {
      module: class NotificationModule {},
      controllers: [WriteLettersConsumer],
      providers: [
        { provide: SendLettersTimer, useFactory: () => timer },
        { provide: WriteLettersNeeds, useFactory: () => writingNeeds(host, timer) },
      ],
    };
  },
});

function writingNeeds(host: NotificationHost, timer: SendLettersTimer): WriteLettersNeeds {
  return {
    settings: settingsOf(host.config),
    keep: (letter, hearing) => keep(host, letter, hearing),
    wakeSender: () => timer.wake(),
  };
}

async function keep(host: NotificationHost, letter: Letter, { tx, event }: Hearing): Promise<void> {
  const references = referencesOf(await lastLettersOf(tx, letter), letter.inReplyTo);
  await keepLetter(tx, { ...letter, references, writtenAt: host.clock.now() }, causeOf(event));
}

function settingsOf(settings: NotificationHost['config']): LetterSettings {
  return {
    mailDomain: settings.MAIL_DOMAIN,
    senderName: settings.SENDER.replace(/ <.*$/, ''),
    teamAddress: settings.TEAM_ADDRESS,
    servicePhone: settings.SERVICE_PHONE ?? null,
    surveyUrl: settings.SURVEY_URL ?? null,
    collectionToolUrl: settings.COLLECTION_TOOL_URL ?? null,
    casesUrl: settings.CASES_URL?.replace(/\/+$/, '') ?? null,
    zone: settings.LETTER_ZONE,
    customerPage: pagesOf(settings),
  };
}

/** Makes the links that letters carry. */
function pagesOf({
  CUSTOMER_PAGE_KEY: key,
  CUSTOMER_PAGE_URL: url,
}: NotificationHost['config']): LetterSettings['customerPage'] {
  if (!key) return () => null;
  if (url === undefined)
    throw new Error(
      'CUSTOMER_PAGE_KEY is set and CUSTOMER_PAGE_URL is not; expected the address where customers reach it',
    );
  const links = new CustomerLinks(key);
  const base = url.replace(/\/+$/, '');
  return (caseId, address) => `${base}/customer/${links.tokenFor(caseId, address)}`;
}

function senderOf(host: NotificationHost): SendLettersTimer {
  const { config: settings } = host;
  const mailServer = new MailServer({
    url: settings.MAIL_SERVER_URL,
    sender: settings.SENDER,
    connections: settings.LETTERS_IN_PARALLEL,
    limitMilliseconds: Math.ceil(settings.LETTER_LEASE_SECONDS * 1000 * attemptShare),
    signingKey: signingKeyOf(settings, settings.SENDER),
  });
  const timer = new SendLettersTimer(sendingNeeds(host, mailServer), {
    parallel: settings.LETTERS_IN_PARALLEL,
    pollMilliseconds,
  });
  host.onStop(async () => {
    await timer.stop();
    mailServer.close();
  });
  return timer;
}

function sendingNeeds(host: NotificationHost, mailServer: MailServer): SendingNeeds {
  const { config: settings, log } = host;
  const store = new LetterStore(host.database, {
    leaseSeconds: settings.LETTER_LEASE_SECONDS,
    retrySeconds: settings.LETTER_RETRY_SECONDS,
    giveUpHours: settings.LETTER_GIVE_UP_HOURS,
  });
  const archive = settings.SENT_LOOKUP_URL;
  return {
    claim: (limit) => store.claim(limit),
    claimUnknown: (limit) => store.claimUnknown(limit),
    send: (letter) => mailServer.send(letter),
    wasSent: async (messageId) => (archive === undefined ? null : await lookUpSentMail(archive, messageId)),
    wait: async (letter, why) => ((await store.wait(letter, why)) ? 'given-up' : 'waits'),
    settle: async (letter, as, tells, reason) => {
      const isSettled = await host.outbox.transaction(async (tx) => {
        const result = await store.settle(tx, letter.letterId, as, reason);
        return { result, tells: result ? tells : [] };
      }, letter.cause);
      const { caseId, letterId, topics } = letter;
      if (isSettled) log.info({ caseId, letterId, topics }, `letter ${as}`);
    },
    note: ({ caseId, letterId }, what, reason) => log.warn({ caseId, letterId, reason }, what),
    failed: (error) => log.error({ err: error }, 'letters could not be looked after; trying again'),
  };
}
