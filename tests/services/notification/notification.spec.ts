import { AnyEvent, type EventOf, type EventType } from '@caserelay/contracts';
import { notification } from '@caserelay/notification';
import { runService, type RunningService } from '@caserelay/service-host';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { connect, type ChannelModel, type ConfirmChannel } from 'amqplib';
import { dkimVerify } from 'mailauth';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aSystem, type System } from '../../support/system.js';
import { until } from '../../support/until.js';
import { MailPeer } from './mail-peer.js';

const peer = new MailPeer();
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
let folder: string;
const told: AnyEvent[] = [];
let system: System;
let service: RunningService;
let connection: ChannelModel;
let channel: ConfirmChannel;

beforeAll(async () => {
  await peer.start();
  folder = await mkdtemp(join(tmpdir(), 'caserelay-letters-'));
  await writeFile(join(folder, 'dkim.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  system = await aSystem({
    DKIM_SELECTOR: 's2026',
    DKIM_KEY_FILE: join(folder, 'dkim.pem'),
    MAIL_SERVER_URL: peer.url,
    SENT_LOOKUP_URL: await peer.startArchive(),
    LETTER_LEASE_SECONDS: '1',
    LETTER_RETRY_SECONDS: '0.05',
    CLOCK_STARTS_AT: '2020-05-07T16:00:00+08:00',
  });
  service = await start();
  connection = await connect(system.environment['AMQP_URL'] as string);
  channel = await connection.createConfirmChannel();
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, `${system.namespace}.events`, 'letter.*');
  await channel.consume(
    queue,
    (message) => message && told.push(AnyEvent.parse(JSON.parse(message.content.toString()))),
    {
      noAck: true,
    },
  );
});
afterEach(() => {
  peer.answer = () => 'take';
});
afterAll(async () => {
  await connection.close();
  await service.stop();
  await peer.close();
  await system.remove();
  await rm(folder, { recursive: true, force: true });
});

async function start(): Promise<RunningService> {
  const running = await runService(notification, system.environment);
  await until('the service is ready', async () => (await fetch(`${running.url}/health/ready`)).ok);
  return running;
}

/** The golden event of a type, told by another case. */
async function eventOf<Type extends EventType>(type: Type, caseId: string): Promise<EventOf<Type>> {
  const golden = join(import.meta.dirname, '../../contracts/golden', `${type}.json`);
  const event = AnyEvent.parse(JSON.parse(await readFile(golden, 'utf8')));
  return { ...event, id: randomUUID(), subject: caseId } as EventOf<Type>;
}

async function publish(...events: AnyEvent[]): Promise<void> {
  for (const event of events)
    channel.publish(`${system.namespace}.events`, event.type, Buffer.from(JSON.stringify(event)), {
      persistent: true,
      messageId: event.id,
    });
  await channel.waitForConfirms();
}

const toldOf = (caseId: string, type: EventType): AnyEvent[] =>
  told.filter((event) => event.subject === caseId && event.type === type);
const sentOf = (caseId: string): AnyEvent[] => toldOf(caseId, 'letter.sent');

async function statesOf(caseId: string): Promise<string[]> {
  const rows = await system.query<{ state: string }>(
    `select state from ${system.schema('notification')}.letter where case_id = $1 order by position`,
    [caseId],
  );
  return rows.map(({ state }) => state);
}

/** As a process leaves it that is killed after the mail server took the letter and before that was noted. */
async function forgetThatItWasSent(caseId: string): Promise<void> {
  await system.query(
    `update ${system.schema('notification')}.letter
     set state = 'sending', settled_at = null, lease_until = now() - interval '1 second' where case_id = $1`,
    [caseId],
  );
}

describe('a letter', () => {
  test('is sent once and told once, though its event is delivered three times', async () => {
    const caseId = randomUUID();
    const event = await eventOf('case.archived', caseId);
    await publish(event, event);
    await until('it is told', () => sentOf(caseId).length);
    await publish(event);
    const later = randomUUID();
    await publish(await eventOf('case.archived', later));
    await until('a later letter is told', () => sentOf(later).length);
    expect(peer.about(caseId)).toHaveLength(1);
    expect(sentOf(caseId)).toHaveLength(1);
    expect(sentOf(caseId)[0]).toMatchObject({
      causationid: event.id,
      data: { topics: ['case-summary', 'survey'], messageId: peer.about(caseId)[0]?.messageId },
    });
  });

  test('stands in the thread of the case, at the time of the case, and asks for no automatic answer', async () => {
    const caseId = randomUUID();
    await publish(await eventOf('case.evidence-requested', caseId), await eventOf('case.upload-acknowledged', caseId));
    await until('both are told', () => sentOf(caseId).length === 2);
    const [first, second] = peer.about(caseId);
    expect(second?.inReplyTo).toBe('<20200429013845.7@partner.example>');
    expect(second?.references).toEqual([first?.messageId, '<20200429013845.7@partner.example>']);
    expect(second?.date?.getUTCFullYear()).toBe(2020);
    expect(second?.headers.get('auto-submitted')).toBe('auto-generated');
    expect(second?.headers.get('x-auto-response-suppress')).toBe('All');
    expect(second?.subject).toMatch(/^回复：\[案例号: CAS-02227-X4W1B1 \] % .* % CMIT:0001409$/);
    expect(second?.from?.text).toContain('case@support.example');
    expect(second?.text).toContain('SHA-256');
    expect(second?.html).toContain('<table');
  });

  test('is signed for the domain of the sender, so that whoever gets it can tell it from a forged one', async () => {
    const caseId = randomUUID();
    await publish(await eventOf('case.archived', caseId));
    const messageId = await until('it is taken', () => peer.about(caseId)[0]?.messageId);
    const raw = peer.raw.find((mail) => mail.includes(messageId)) ?? '';
    const key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    const verified = async (mail: string): Promise<(string | undefined)[]> => {
      const { results } = await dkimVerify(mail, {
        resolver: (name) => Promise.resolve(name === 's2026._domainkey.support.example' ? [[`v=DKIM1; p=${key}`]] : []),
      });
      return results.map(({ signingDomain, status }) => `${signingDomain} ${status.result}`);
    };
    expect(await verified(raw)).toEqual(['support.example pass']);
    expect(await verified(raw.replace(/^Subject: /m, 'Subject: not '))).not.toEqual(['support.example pass']);
  });

  test('is not written when nobody is known to write to', async () => {
    const [nobody, somebody] = [randomUUID(), randomUUID()];
    const event = await eventOf('case.archived', nobody);
    await publish({ ...event, data: { ...event.data, file: { ...event.data.file, contact: null } } });
    await publish(await eventOf('case.archived', somebody));
    await until('the other letter is told', () => sentOf(somebody).length);
    expect(await statesOf(nobody)).toEqual([]);
  });
});

describe('a letter whose sender died before it noted the end', () => {
  test('is told as sent and not sent again when the mail server has it', async () => {
    const caseId = randomUUID();
    await publish(await eventOf('case.customer-reminded', caseId));
    await until('it is told', () => sentOf(caseId).length === 1);
    await forgetThatItWasSent(caseId);
    await until('it is told after all', () => sentOf(caseId).length === 2);
    expect(await statesOf(caseId)).toEqual(['sent']);
    expect(peer.about(caseId)).toHaveLength(1);
  });

  test('is sent again under the same Message-ID when the mail server does not have it', async () => {
    const caseId = randomUUID();
    await publish(await eventOf('case.customer-reminded', caseId));
    await until('it is told', () => sentOf(caseId).length === 1);
    const [first] = peer.taken.splice(peer.taken.indexOf(peer.about(caseId)[0] as never), 1);
    await forgetThatItWasSent(caseId);
    await until('it is told after all', () => sentOf(caseId).length === 2);
    expect(peer.about(caseId).map(({ messageId }) => messageId)).toEqual([first?.messageId]);
  });

  test.each(['take-and-fall-silent', 'take-and-hang-up'] as const)(
    'is looked up, not repeated, when only the answer was lost: %s',
    async (answer) => {
      const caseId = randomUUID();
      peer.answer = () => answer;
      const asked = peer.archiveAsked;
      await publish(await eventOf('case.customer-reminded', caseId));
      await until('it is told', () => sentOf(caseId).length);
      expect(peer.archiveAsked).toBe(asked + 1);
      expect(peer.about(caseId)).toHaveLength(1);
    },
  );
});

describe('a letter that is refused', () => {
  test('for now is sent later, once', async () => {
    const caseId = randomUUID();
    let refusals = 0;
    peer.answer = () => (refusals++ < 2 ? { refuse: 451 } : 'take');
    await publish(await eventOf('case.archived', caseId));
    await until('it is told', () => sentOf(caseId).length);
    expect(refusals).toBe(3);
    expect(peer.about(caseId)).toHaveLength(1);
  });

  test('for good is told as failed with the reason, and the next letter of the case goes out', async () => {
    const caseId = randomUUID();
    peer.answer = (mail) => (mail.text?.includes('winver') ? { refuse: 550 } : 'take');
    await publish(await eventOf('case.evidence-requested', caseId), await eventOf('case.archived', caseId));
    await until('the next letter is told', () => sentOf(caseId).length);
    const [failed] = toldOf(caseId, 'letter.failed') as EventOf<'letter.failed'>[];
    expect(failed?.data.reason).toContain('refused by the peer with 550');
    expect(await statesOf(caseId)).toEqual(['failed', 'sent']);
    expect(peer.about(caseId)).toHaveLength(1);
  });
});

describe('the order of letters', () => {
  test('is kept inside a case, and a stuck letter holds up no other case', async () => {
    const [stuck, other] = [randomUUID(), randomUUID()];
    let isStuck = true;
    peer.answer = (mail) => (isStuck && mail.text?.includes('winver') ? { refuse: 451 } : 'take');
    await publish(await eventOf('case.evidence-requested', stuck), await eventOf('case.upload-acknowledged', stuck));
    await publish(await eventOf('case.archived', stuck), await eventOf('case.archived', other));
    await until('the letter of the other case is told', () => sentOf(other).length);
    expect(peer.about(stuck)).toEqual([]);
    isStuck = false;
    await until('all letters are told', () => sentOf(stuck).length === 3);
    const topics = (sentOf(stuck) as EventOf<'letter.sent'>[]).map(({ data }) => data.topics[0]);
    expect(topics).toEqual(['first-response', 'upload-acknowledgement', 'case-summary']);
    const ids = (sentOf(stuck) as EventOf<'letter.sent'>[]).map(({ data }) => data.messageId);
    expect(peer.about(stuck).map(({ messageId }) => messageId)).toEqual(ids);
  });
});

describe('the service', () => {
  test('stays ready while the mail server is away, and sends when it is back', async () => {
    const caseId = randomUUID();
    await peer.stop();
    await publish(await eventOf('case.archived', caseId));
    await until('an attempt has failed', async () => {
      const rows = await system.query<{ reason: string }>(
        `select reason from ${system.schema('notification')}.letter where case_id = $1 and reason is not null`,
        [caseId],
      );
      return rows.length;
    });
    expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
    await peer.start();
    await until('it is told', () => sentOf(caseId).length);
    expect(peer.about(caseId)).toHaveLength(1);
  });

  test('ends the letter in hand before it stops, and leaves the next one to its successor', async () => {
    const caseId = randomUUID();
    peer.answer = () => 'take-slowly';
    await publish(await eventOf('case.evidence-requested', caseId), await eventOf('case.archived', caseId));
    await until('the first letter is on its way', () => peer.about(caseId).length);
    await until('both are written', async () => (await statesOf(caseId)).length === 2);
    await service.stop();
    expect(await statesOf(caseId)).toEqual(['sent', 'pending']);
    service = await start();
    await until('both are told', () => sentOf(caseId).length === 2);
    expect(peer.about(caseId)).toHaveLength(2);
  });
});
