import type { AnyEvent, EventOf } from '@caserelay/contracts';
import { topologyOf } from '@caserelay/messaging';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type ChannelModel } from 'amqplib';
import { randomUUID } from 'node:crypto';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, startProcesses, type CaseRelayProcesses } from '../support/caserelay-processes.js';
import { aCommandEvent, anOtherSystem, type OtherSystem } from '../support/other-system.js';
import { repository } from '../support/repository.js';
import { aSystem, type System } from '../support/system.js';
import { until } from '../support/until.js';

const by = { name: '一线工程师', address: 'l1@support.example' };

let folder: string;
let system: System;
let processes: CaseRelayProcesses;
let connection: ChannelModel;
let other: OtherSystem;
type Outcome = EventOf<'case.command-carried-out' | 'case.command-refused'>;
/** By id: the broker may deliver one twice. */
const outcomes = new Map<string, Outcome>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'caserelay-commands-'));
  system = await aSystem();
  const url = system.environment['AMQP_URL'] as string;
  processes = await startProcesses({
    environment: { ...system.environment, LOG_LEVEL: 'info', RETRY_PAUSES_SECONDS: '0.1,0.3' },
    separate: true,
    folder,
    smtpPortOfCatcher: await freePort(),
    sentLookupUrl: `http://127.0.0.1:${await freePort()}`,
  });
  connection = await connect(url);
  const channel = await connection.createChannel();
  const { queue } = await channel.assertQueue('', { exclusive: true });
  for (const type of ['case.command-carried-out', 'case.command-refused'])
    await channel.bindQueue(queue, topologyOf(system.namespace).events, type);
  await channel.consume(
    queue,
    (message) => {
      if (!message) return;
      const event = JSON.parse(message.content.toString()) as AnyEvent & Outcome;
      outcomes.set(event.id, event);
    },
    { noAck: true },
  );
  other = await anOtherSystem(url, system.namespace);
}, 180_000);

afterAll(async () => {
  await other.close();
  await connection.close();
  await processes.stop();
  await system.remove();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

describe('commands of another system', () => {
  it('are carried out once each and in their order, though intake and case-workflow are killed in their midst', async () => {
    const { caseId } = await other.ask(aTicket());
    const subject = caseId as string;
    const texts = Array.from({ length: 300 }, (_, index) => `note ${index}`);
    const events = texts.map((text) => aCommandEvent({ type: 'note', by, text }, { subject }));
    const refused = aCommandEvent({ type: 'reopen', by, reason: 'it is not archived' }, { subject });
    const publishing = (async () => {
      for (const event of events) {
        await other.publish(event);
        // Whoever is not sure publishes again.
        await other.publish(event);
      }
      await other.publish(refused);
    })();
    const outcomesOf = (id: string): Outcome[] => [...outcomes.values()].filter(({ data }) => data.eventId === id);
    await until('the first ones are done', () => outcomes.size > 5, 30_000);
    await processes.killAndRestart('intake');
    await processes.killAndRestart('case-workflow');
    await publishing;
    await processes.killAndRestart('intake');
    await until('the last one is told', () => outcomesOf(refused.id).length > 0, 60_000);
    await until('all are told', () => events.every(({ id }) => outcomesOf(id).length > 0), 60_000);

    expect(events.filter(({ id }) => outcomesOf(id).length !== 1)).toEqual([]);
    expect(outcomesOf(refused.id)).toMatchObject([
      { type: 'case.command-refused', data: { problem: { status: 409 } } },
    ]);
    const notes = await system.query<{ text: string }>(
      `select data ->> 'text' as text from ${system.schema('case-workflow')}.case_history
       where case_id = $1 and type = 'note.kept' order by position`,
      [subject],
    );
    expect(notes.map(({ text }) => text)).toEqual(texts);
  }, 180_000);

  it('that named an unknown case lie among the dead letters, with the reason, and can be replayed once it is known', async () => {
    const trackingToken = 'CMIT:0004711';
    const event = aCommandEvent({ type: 'note', by, text: 'early' }, { trackingToken });
    await other.publish(event);
    const letter = await until('the console shows the dead letter', async () => {
      const { deadLetters } = (await askConsole('/v1/dead-letters')) as { deadLetters: Record<string, unknown>[] };
      return deadLetters.find(({ error }) => String(error).includes(trackingToken));
    });
    expect(letter).toMatchObject({ service: 'intake', reason: 'refused', type: 'command.requested' });
    await other.ask(aTicket({ trackingToken }));
    await askConsole(`/v1/dead-letters/${String(letter['id'])}/replay`, 'POST');
    const outcome = await until('it is carried out', () =>
      [...outcomes.values()].find(({ data }) => data.eventId === event.id),
    );
    expect(outcome.type).toBe('case.command-carried-out');
  });
});

describe('the example in the documents', () => {
  const run = async (...words: string[]): Promise<string> => {
    const environment = {
      ...{ PATH: process.env['PATH'], NAMESPACE: system.namespace },
      AMQP_URL: system.environment['AMQP_URL'],
    };
    const script = join(repository, 'docs/examples/ask-a-case.mjs');
    const { stdout } = await promisify(execFile)(process.execPath, [script, ...words], {
      env: environment,
      timeout: 20_000,
    });
    return stdout;
  };

  it('asks a case and shows the outcome, a refusal, and an unknown case', async () => {
    const trackingToken = 'CMIT:0004712';
    await other.ask(aTicket({ trackingToken }));
    const priority = JSON.stringify({ type: 'change-priority', by, priority: 'p1' });
    expect(await run(trackingToken, priority)).toMatch(/^taken for CAS-\S+\ndone: case\.priority-changed/);
    const reopen = JSON.stringify({ type: 'reopen', by, reason: 'again' });
    expect(await run(trackingToken, reopen)).toMatch(/refused: .*expected an archived case \/ .*不能重新打开/);
    expect(await run('CMIT:0009999', reopen)).toMatch(/^not taken \(404\): no case is known by "CMIT:0009999"/);
  });
});

function aTicket(data: Record<string, unknown> = {}) {
  return {
    ...{ specversion: '1.0', id: randomUUID(), source: '/crm', type: 'ticket.registered' },
    data: { endCustomer: 'Contoso', problem: 'blue screen', ...data },
  };
}

async function askConsole(path: string, method = 'GET'): Promise<unknown> {
  const response = await fetch(`${processes.consoleUrl}${path}`, {
    method,
    headers: { authorization: processes.consoleLogin },
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return await response.json();
}
