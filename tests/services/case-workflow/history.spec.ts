import { HistoryEvent } from '@caserelay/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { until } from '../../support/until.js';
import { aCaseWorkflow, type CaseWorkflowSystem, key } from './case-workflow-system.js';

const by = { name: '一线工程师', address: 'l1@support.example' };
const bearer = { authorization: `Bearer ${key}` };

let remove: CaseWorkflowSystem['remove'];
let system: CaseWorkflowSystem['system'];
let service: CaseWorkflowSystem['service'];
let channel: CaseWorkflowSystem['channel'];

beforeAll(async () => {
  ({ remove, system, service, channel } = await aCaseWorkflow());
});

afterAll(() => remove());

describe('the history of a case', () => {
  it('is told as it was written down: every event, in order, with its sequence where others were told', async () => {
    const caseId = await aCase();
    await ask(caseId, { type: 'note', by, text: 'seen' });
    await ask(caseId, { type: 'change-priority', by, priority: 'p1' });
    const { events, next } = await pageOf(`/v1/cases/${caseId}/history`);
    expect(next).toBeNull();
    expect(events.map(({ position }) => position)).toEqual(events.map((_, index) => index + 1));
    const told = events.filter(({ type }) => type.startsWith('case.'));
    expect(told.map(({ sequence }) => sequence)).toEqual(told.map((_, index) => index + 1));
    expect(events.find(({ type }) => type === 'note.kept')).toMatchObject({ sequence: null, data: { text: 'seen' } });
  });

  it('comes in pages that together hold each event once', async () => {
    const caseId = await aCase();
    await ask(caseId, { type: 'note', by, text: 'one' });
    const whole = (await pageOf(`/v1/cases/${caseId}/history`)).events;
    const found: HistoryEvent[] = [];
    for (let after: number | null = 0; after !== null;) {
      const page = await pageOf(`/v1/cases/${caseId}/history?limit=2&after=${after}`);
      found.push(...page.events);
      after = page.next;
    }
    expect(found).toEqual(whole);
  });

  it('is the same as NDJSON and as CSV, whatever was said; no cell of the CSV is a formula', async () => {
    const caseId = await aCase('=HYPERLINK("http://evil"),"x"\r\n+1');
    await ask(caseId, { type: 'note', by, text: '=1+1, "quoted"\nand 中文' });
    const { events } = await pageOf(`/v1/cases/${caseId}/history`);
    const ndjson = await (await get(`/v1/cases/${caseId}/history?format=ndjson`)).text();
    expect(
      ndjson
        .trimEnd()
        .split('\n')
        .map((line) => HistoryEvent.parse(JSON.parse(line))),
    ).toEqual(events);
    const answer = await get(`/v1/cases/${caseId}/history?format=csv&bom=true`);
    expect(answer.headers.get('content-disposition')).toContain(`history-${caseId}.csv`);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    expect([...bytes.slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const rows = readCsv(new TextDecoder('utf-8').decode(bytes));
    expect(rows[0]).toEqual(['caseId', 'caseNumber', 'position', 'sequence', 'type', 'at', 'causationId', 'data']);
    expect(rows.slice(1).map((row) => [row[0], Number(row[2]), row[4], JSON.parse(row[7] ?? '') as unknown])).toEqual(
      events.map(({ position, type, data }) => [caseId, position, type, data]),
    );
    expect(rows.slice(1).every((row) => row[1]?.startsWith("'=HYPERLINK"))).toBe(true);
    expect(rows.flat().filter((cell) => /^\s*[=+\-@]/.test(cell))).toEqual([]);
  });

  it('holds no link that shows a password', async () => {
    const caseId = await aCase();
    const link = 'https://support.example/spaces/a-secret-token';
    await system.query(
      `insert into "${system.schema('case-workflow')}".case_history (case_id, position, type, data, at)
       values ($1, 1000, 'space.kept', $2, now())`,
      [caseId, JSON.stringify({ space: { account: 'sxmtdzjt', link } })],
    );
    const text = await (await get(`/v1/cases/${caseId}/history?format=ndjson`)).text();
    expect(text).toContain('sxmtdzjt');
    expect(text).not.toContain('a-secret-token');
  });
});

describe('the history of many cases', () => {
  it('holds those that fit the filters, and goes on after the last event that somebody has', async () => {
    const [open, archived] = [await aCase(), await aCase()];
    await ask(archived, { type: 'archive', by, summary: 'done' });
    const casesIn = async (query: string) => new Set((await eventsOf(query)).map(({ caseId }) => caseId));
    const inArchive = await casesIn('phase=archived');
    expect(inArchive.has(archived)).toBe(true);
    expect(inArchive.has(open)).toBe(false);
    expect((await casesIn('policy=standard')).has(open)).toBe(true);
    expect((await casesIn('policy=standard-1')).has(open)).toBe(true);
    expect((await casesIn('policy=other')).size).toBe(0);
    const soon = encodeURIComponent(new Date(Date.now() + 60_000).toISOString());
    expect((await casesIn(`openedFrom=${soon}`)).size).toBe(0);
    expect((await casesIn(`openedBefore=${soon}`)).has(open)).toBe(true);

    const whole = await eventsOf('');
    const found: HistoryEvent[] = [];
    let after = '';
    for (;;) {
      const page = await eventsOf(`limit=3${after}`);
      if (page.length === 0) break;
      found.push(...page);
      const last = page.at(-1) as HistoryEvent;
      after = `&after=${last.caseId}:${last.position}`;
    }
    expect(found).toEqual(whole);
    expect(new Set(whole.map(({ caseId, position }) => `${caseId}:${position}`)).size).toBe(whole.length);
  });

  it.each(['format=xml', 'phase=lost', 'after=7', 'openedFrom=yesterday', 'limit=0'])('refuses %s', async (query) => {
    expect((await get(`/v1/history?${query}`)).status).toBe(400);
  });

  it('asks who is there, and knows its cases', async () => {
    const caseId = await aCase();
    expect((await get('/v1/history', {})).status).toBe(401);
    expect((await get(`/v1/cases/${caseId}/history`, {})).status).toBe(401);
    expect((await get(`/v1/cases/${randomUUID()}/history`)).status).toBe(404);
  });
});

/** RFC 4180, read by hand so that the writer is not its own judge. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  let cell = '';
  let quoted = false;
  for (let at = text.startsWith('\ufeff') ? 1 : 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (quoted) {
      if (character !== '"') cell += character;
      else if (text[at + 1] === '"') cell += text[(at += 1)] ?? '';
      else quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === ',' || (character === '\r' && text[at + 1] === '\n')) {
      rows.at(-1)?.push(cell);
      cell = '';
      if (character === '\r') {
        at += 1;
        if (at + 1 < text.length) rows.push([]);
      }
    } else cell += character;
  }
  return rows;
}

const get = (path: string, headers: Record<string, string> = bearer): Promise<Response> =>
  fetch(`${service.url}${path}`, { headers });

async function pageOf(path: string): Promise<{ events: HistoryEvent[]; next: number | null }> {
  const answer = await get(path);
  expect(answer.status).toBe(200);
  return (await answer.json()) as { events: HistoryEvent[]; next: number | null };
}

async function eventsOf(query: string): Promise<HistoryEvent[]> {
  const answer = await get(`/v1/history?${query}`);
  expect(answer.status).toBe(200);
  const text = await answer.text();
  return text === ''
    ? []
    : text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as HistoryEvent);
}

async function ask(caseId: string, command: object): Promise<void> {
  const response = await fetch(`${service.url}/v1/cases/${caseId}/commands`, {
    method: 'POST',
    headers: { ...bearer, 'content-type': 'application/json', 'idempotency-key': randomUUID() },
    body: JSON.stringify(command),
  });
  expect(response.status).toBe(200);
}

async function aCase(prefix = 'CAS-'): Promise<string> {
  const caseId = randomUUID();
  const id = randomUUID();
  const event = {
    ...{ specversion: '1.0', id, source: '/caserelay/intake', type: 'problem.reported' },
    ...{ subject: caseId, time: new Date().toISOString() },
    data: {
      ...{ caseNumber: `${prefix}${caseId}`, trackingToken: `CMIT:${caseId}`, topic: 'blue screen', partner: null },
      ...{ endCustomer: null, problem: null, contact: null, owner: by, language: 'en', channel: 'ticket' },
    },
  };
  channel.publish(service.host.topology.events, event.type, Buffer.from(JSON.stringify(event)), { messageId: id });
  await until('the case is opened', async () => (await fetch(`${service.url}/v1/cases/${caseId}`)).ok);
  return caseId;
}
