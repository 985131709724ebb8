import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CustomerLinks } from '@caserelay/service-host';
import { until } from '../../support/until.js';
import { Centre, contact, engineer, fieldsOf, post } from './a-customer.js';

let centre: Centre;
beforeAll(async () => {
  centre = await Centre.open();
}, 60_000);
afterAll(() => centre.close());

const pageOf = async (link: string): Promise<string> => (await fetch(link)).text();

async function tick(link: string, item: number, words = ''): Promise<{ status: number; location: string | null }> {
  const fields = fieldsOf(await pageOf(link), 'plan');
  fields.set(`done-${item}`, 'on');
  fields.set(`words-${item}`, words);
  return await post(link, fields);
}

async function anAnswer(link: string, grade: number, words = ''): Promise<URLSearchParams> {
  const fields = fieldsOf(await pageOf(link), 'survey');
  fields.set('grade', `${grade}`);
  fields.set('solved', 'yes');
  fields.set('words', words);
  return fields;
}

async function goldenAnalysis(): Promise<Record<string, unknown>> {
  const golden = join(import.meta.dirname, '../../contracts/golden/dump.analysed.json');
  return (JSON.parse(await readFile(golden, 'utf8')) as { data: Record<string, unknown> }).data;
}

describe('the page of a customer', () => {
  it('is reached by the link of a letter, in the language of the letters, and shows the plan', async () => {
    const { link } = await centre.aPlan(['更新 ntfs.sys', '启用特殊池']);
    const page = await pageOf(link);
    for (const fact of ['更新 ntfs.sys', '启用特殊池', '财务电脑蓝屏', engineer.name, '<html lang="zh-CN">'])
      expect(page).toContain(fact);
    expect(await pageOf(`${link}?lang=en`)).toContain('What to do');
    const { link: english } = await centre.aPlan(['update ntfs.sys'], { language: 'en' });
    expect(await pageOf(english)).toContain('<html lang="en">');
  });

  it('changes nothing by being looked at, however often a program follows its link', async () => {
    const { caseId, link } = await centre.aPlan(['one', 'two']);
    const before = await centre.historyOf(caseId);
    for (const path of ['', '?said=ticked', '?what=plan&done-1=on&was-1=0', '?lang=en'])
      expect((await fetch(`${link}${path}`)).status).toBe(200);
    expect((await fetch(link, { method: 'HEAD' })).status).toBe(200);
    expect((await fetch(link, { method: 'PUT' })).status).toBe(404);
    expect(await centre.historyOf(caseId)).toEqual(before);
  });

  it('is kept by no cache, names its link to nobody, and lets nothing run', async () => {
    const { link } = await centre.aPlan(['<script>alert(1)</script><img src=x onerror=alert(2)>'], {
      topic: '"><script>alert(3)</script>',
    });
    const response = await fetch(link);
    const page = await response.text();
    expect(page).not.toMatch(/<script|<img/i);
    expect(page).toContain('&#60;script&#62;alert(1)');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-robots-tag': expect.stringContaining('noindex'),
      'content-security-policy': expect.stringMatching(
        /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
      ),
    });
    expect(response.headers.get('set-cookie')).toBeNull();
  });

  it('says the same of every link that is refused, and takes no form by it', async () => {
    const { caseId, link } = await centre.aPlan(['one']);
    const fields = fieldsOf(await pageOf(link), 'plan');
    fields.set('done-1', 'on');
    const other = new CustomerLinks(randomBytes(32));
    const bad = [
      centre.linkOf(caseId, 'somebody@else.example'),
      centre.linkOf(randomUUID()),
      `${centre.url}/customer/${other.tokenFor(caseId, contact.address)}`,
      `${centre.url}/customer/${caseId}`,
      link.slice(0, -1),
    ];
    const answers = new Set<string>();
    for (const each of bad) {
      const looked = await fetch(each);
      answers.add(`${looked.status} ${await looked.text()}`);
      const posted = await post(each, fields);
      answers.add(`${posted.status} ${posted.text}`);
    }
    expect([...answers]).toHaveLength(1);
    expect([...answers][0]).toMatch(/^404 .*无法打开此页面/s);
    expect(centre.told(caseId, 'case.plan-ticked')).toEqual([]);
  });

  it('lets an address try some links that are refused and then asks it to wait, while good ones open', async () => {
    const { link } = await centre.aPlan(['one']);
    const statuses: number[] = [];
    for (let time = 0; time < 30; time += 1)
      statuses.push((await fetch(`${centre.url}/customer/${randomBytes(48).toString('base64url')}`)).status);
    expect(statuses.at(-1)).toBe(429);
    expect((await fetch(link)).status).toBe(200);
  });
});

describe('what a customer ticks', () => {
  it('is a fact of the case: told, in the history, on the case, and the last one ends the wait for the plan', async () => {
    const { caseId, link } = await centre.aPlan(['one', 'two']);
    expect(await tick(link, 1, '重启了两次')).toMatchObject({
      status: 303,
      location: expect.stringContaining('said=ticked'),
    });
    const { data } = await centre.whenTold(caseId, 'case.plan-ticked');
    expect(data).toMatchObject({
      ...{ by: contact, openItems: 1, ofItems: 2 },
      items: [{ item: 1, text: 'one', isDone: true, words: '重启了两次' }],
    });
    expect(await centre.historyOf(caseId)).toContain('case.plan-ticked');
    expect((await centre.api('GET', `/v1/cases/${caseId}`)).body['asked']).toMatchObject({
      plan: {
        items: [
          { doneAt: expect.any(String), byCustomer: true },
          { doneAt: null, byCustomer: false },
        ],
      },
    });
    await until('the owner has the words', () =>
      centre.peer
        .about(caseId)
        .some(({ text, to }) => text?.includes('重启了两次') && JSON.stringify(to).includes('l1@')),
    );
    expect(await pageOf(link)).toMatch(/重启了两次/);
    await tick(link, 2);
    await centre.whenTold(caseId, 'case.observation-started');
  });

  it('is taken once, whether its form is sent twice at once or again later', async () => {
    const { caseId, link } = await centre.aPlan(['one', 'two']);
    const fields = fieldsOf(await pageOf(link), 'plan');
    fields.set('done-1', 'on');
    fields.set('words-1', 'done');
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(link, fields)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 303));
    expect((await centre.historyOf(caseId)).filter((type) => type === 'case.plan-ticked')).toHaveLength(1);
  });

  it('leaves alone what somebody else has ticked since the page was opened', async () => {
    const { caseId, link } = await centre.aPlan(['one', 'two', 'three']);
    const old = fieldsOf(await pageOf(link), 'plan');
    await tick(link, 1);
    old.set('done-2', 'on');
    await post(link, old);
    const told = await until('both are told', () => {
      const all = centre.told(caseId, 'case.plan-ticked');
      return all.length === 2 && all;
    });
    expect(told[1]?.data.items).toMatchObject([{ item: 2, isDone: true }]);
    expect(told[1]?.data.openItems).toBe(1);
  });

  it('is not taken of a plan that is another by now: the customer sees the new one', async () => {
    const { caseId, link } = await centre.aPlan(['old']);
    const fields = fieldsOf(await pageOf(link), 'plan');
    fields.set('done-1', 'on');
    await centre.ask(caseId, { type: 'write-plan', items: ['new'] });
    const { location } = await post(link, fields);
    expect(location).toContain('said=changed');
    expect(await pageOf(`${link}${location ?? ''}`)).toMatch(/没有保存[\s\S]*new/);
    expect(centre.told(caseId, 'case.plan-ticked')).toEqual([]);
  });

  it.each<[string, (fields: URLSearchParams, other: string) => Record<string, string>]>([
    ['no token', (fields) => (fields.delete('form'), {})],
    ['a made-up token', (fields) => (fields.set('form', `zzzzzzzzz.${'A'.repeat(22)}`), {})],
    ['the token of another page', (fields, other) => (fields.set('form', other), {})],
    ['a token, but from another site', () => ({ 'sec-fetch-site': 'cross-site' })],
  ])('is not taken from a form with %s; what was filled in stays', async (_, spoil) => {
    const { caseId, link } = await centre.aPlan(['one']);
    const fields = fieldsOf(await pageOf(link), 'plan');
    fields.set('done-1', 'on');
    fields.set('words-1', 'my words');
    const other = fieldsOf(await pageOf((await centre.aPlan(['one'])).link), 'plan').get('form') ?? '';
    const { status, text } = await post(link, fields, spoil(fields, other));
    expect(status).toBe(403);
    expect(text).toMatch(/checked/);
    expect(text).toContain('>my words</textarea>');
    expect(await centre.historyOf(caseId)).not.toContain('case.plan-ticked');
    expect((await post(link, fieldsOf(text, 'plan'))).status).toBe(303);
  });

  it('survives whatever else is posted', async () => {
    const { caseId, link } = await centre.aPlan(['one']);
    const before = await centre.historyOf(caseId);
    const form = fieldsOf(await pageOf(link), 'plan').get('form') ?? '';
    for (const body of [
      '',
      'what=dance',
      `what=plan&form=${form}&form=x`,
      '%ff%fe=%00',
      `what=survey&form=${form}`,
      'a[b][c]=1',
    ]) {
      const { status } = await post(link, new URLSearchParams(body));
      expect([303, 400, 403]).toContain(status);
    }
    const long = await post(
      link,
      new URLSearchParams({ what: 'plan', form, 'was-1': '0', 'words-1': 'x'.repeat(301) }),
    );
    expect(long).toMatchObject({ status: 400, text: expect.stringContaining('太长') });
    expect((await post(link, new URLSearchParams({ words: 'x'.repeat(300_000) }))).status).toBe(413);
    expect(await centre.historyOf(caseId)).toEqual(before);
  });

  it('may be a step of a playbook, shown with how to do it', async () => {
    const caseId = await centre.aCase();
    const uploadId = randomUUID();
    const upload = { uploadId, name: 'MEMORY.zip', bytes: 10, sha256: 'a'.repeat(64), location: 'uploads/1' };
    await centre.tell(caseId, 'upload.received', { ...upload, spaceId: randomUUID() });
    await centre.tell(caseId, 'upload.completed', { ...upload, spaceId: randomUUID(), because: 'whole' });
    await centre.whenTold(caseId, 'case.analysis-requested');
    const { comparison: _, ...golden } = await goldenAnalysis();
    const analysis = { ...golden, holdsFullDump: true, nextSteps: ['update-windows'] };
    await centre.tell(caseId, 'dump.analysed', { ...analysis, uploadId, name: upload.name });
    await centre.whenTold(caseId, 'case.action-planned');
    const link = await centre.linkIn(caseId);
    expect(await pageOf(link)).toMatch(/更新 Windows[\s\S]*<summary>操作方法/);
    await tick(link, 1);
    expect((await centre.whenTold(caseId, 'case.plan-ticked')).data).toMatchObject({
      ...{ planId: null, openItems: 0 },
      items: [{ step: 'update-windows', text: null }],
    });
  });
});

describe('the survey', () => {
  it('is asked in a letter after the archive, answered on its page, and a low grade is told to people', async () => {
    const { caseId } = await centre.anArchive({ contract: 'quick' });
    await centre.whenTold(caseId, 'case.survey-asked');
    const letter = await until('the letter is there', () =>
      centre.peer.about(caseId).find(({ text }) => text?.includes('您的案例已经归档')),
    );
    const link = /http\S+\/customer\/[\w-]{64}/.exec(letter.text ?? '')?.[0] ?? '';
    const { status, location } = await post(link, await anAnswer(link, 2, '等得太久\n=1+1'));
    expect({ status, location }).toEqual({ status: 303, location: '?lang=zh-CN&said=answered' });
    expect((await centre.whenTold(caseId, 'case.survey-answered')).data).toMatchObject({
      ...{ grade: 2, solved: 'yes', words: '等得太久\n=1+1', by: contact, via: 'page', policy: 'quick-1', cycle: 1 },
    });
    await until('both are told', () => centre.told(caseId, 'case.low-grade-given').length === 2);
    await until('both have letters with the words', () => {
      const told = centre.peer.about(caseId).filter(({ text }) => text?.includes('> 等得太久'));
      return told.length === 2;
    });
  });

  it('counts one answer: a double click is one, and another later is told kindly that the first counts', async () => {
    const { caseId, link } = await centre.anArchive();
    const fields = await anAnswer(link, 4, '很好');
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(link, fields)));
    expect(answers.map(({ location }) => location)).toEqual(
      Array.from({ length: 8 }, () => '?lang=zh-CN&said=answered'),
    );
    fields.set('grade', '1');
    const second = await post(link, fields);
    expect(second.location).toContain('said=answered-before');
    const page = await pageOf(`${link}${second.location ?? ''}`);
    expect(page).toContain('以第一次提交的为准');
    expect(page).toMatch(/<b>4<\/b> 满意[\s\S]*很好/);
    expect(page).not.toContain('<form');
    const answered = (await centre.historyOf(caseId)).filter((type) => type === 'case.survey-answered');
    expect(answered).toHaveLength(1);
  });

  it('keeps what was filled in when the grade is missing', async () => {
    const { link } = await centre.anArchive();
    const fields = await anAnswer(link, 3, '我的建议');
    fields.delete('grade');
    const { status, text } = await post(link, fields);
    expect(status).toBe(400);
    expect(text).toContain('>我的建议</textarea>');
    expect(text).toMatch(/value="yes" required checked/);
    expect(text).toContain('请选择分数');
  });

  it('is answered as well by a mail with a grade, after which the page shows it', async () => {
    const { caseId, link } = await centre.anArchive();
    await centre.tell(caseId, 'mail.received', {
      ...{ mailId: randomUUID(), messageId: `<${caseId}@partner.example>`, from: contact, author: 'customer' },
      ...{ subject: '回复', kind: 'acknowledgement', kindReason: 'a grade', waitsForCrash: false, text: '5分，谢谢' },
      ...{ language: 'zh-CN', location: 'mails/1.eml', attachments: [] },
    });
    expect((await centre.whenTold(caseId, 'case.survey-answered')).data).toMatchObject({ grade: 5, via: 'mail' });
    expect(await pageOf(link)).toMatch(/<b>5<\/b> 非常满意/);
  });

  it('is over when the case is opened again', async () => {
    const { caseId, link } = await centre.anArchive();
    const fields = await anAnswer(link, 5);
    await centre.ask(caseId, { type: 'reopen', reason: 'again' });
    expect((await post(link, fields)).location).toContain('said=changed');
    expect(await pageOf(link)).not.toContain('<form');
    expect(centre.told(caseId, 'case.survey-answered')).toEqual([]);
  });

  it('is reported by policy and month, with averages, and as a table that no spreadsheet runs', async () => {
    for (const [grade, words] of [
      [2, ''],
      [3, '=cmd()'],
    ] as const) {
      const { caseId, link } = await centre.anArchive({ contract: 'reported' });
      await post(link, await anAnswer(link, grade, words));
      await centre.whenTold(caseId, 'case.survey-answered');
    }
    const { status, body } = await centre.api('GET', '/v1/survey?policy=reported');
    expect(status).toBe(200);
    const report = body as unknown as {
      months: { month: string; policy: string; asked: number; answered: number; average: number; grades: object }[];
      answers: { caseId: string; grade: number; words: string }[];
    };
    expect(report.months).toMatchObject([
      { policy: 'reported', asked: 2, answered: 2, average: 2.5, grades: { 2: 1, 3: 1 } },
    ]);
    expect(report.answers[0]).toMatchObject({ grade: 3, words: '=cmd()' });
    const csv = await fetch(`${centre.url}/v1/survey?format=csv&policy=reported`, {
      headers: { authorization: 'Bearer a-key-that-opens-doors' },
    });
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(await csv.text()).toContain(`"'=cmd()"`);
    const first = await centre.api('GET', '/v1/survey?policy=reported&limit=1');
    const next = first.body['next'] as string;
    const second = await centre.api('GET', `/v1/survey?policy=reported&limit=1&after=${encodeURIComponent(next)}`);
    expect(second.body['answers']).toMatchObject([{ grade: 2 }]);
    for (const wrong of ['from=2026-13', 'from=2026-05&to=2026-04', 'zone=Mars', 'after=x', 'limit=0'])
      expect((await centre.api('GET', `/v1/survey?${wrong}`)).status).toBe(400);
    expect((await fetch(`${centre.url}/v1/survey`)).status).toBe(401);
  });
});
