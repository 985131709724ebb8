import { expect, it } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { contact, engineer, finding, GivenCase, truncated } from './given-case.js';
import { explainClock } from './explain-clock.js';
import { standardPolicy } from './policy.js';

/** What CaseRelay did of its own accord, and why: made by this spec, which `WRITE_DOCUMENTS=1` lets write the document. */
const document = new URL('../../../docs/thread-relived.md', import.meta.url);
const fixture = new URL('../../../tests/fixtures/thread-CAS-02227-X4W1B1.json', import.meta.url);

interface Act {
  at: string;
  what: string;
  zh: string;
  en: string;
}

/** Follow-ups, escalations and the like of the real case, written by people. */
const byPeople = ['escalation', 'follow-up', 'observation-notice', 'closure-summary'];

const names: Readonly<Record<string, string>> = {
  'case.customer-reminded': 'reminds the customer',
  'case.escalated': 'escalates to the senior engineer, with the package',
  'case.observation-started': 'tells that the case is observed',
  'case.archived': 'archives, with a summary',
  'case.survey-asked': 'asks the customer for their opinion',
  'case.upload-space-retired': 'closes the account',
};

/** Why the clock rang that is about to: the clocks that are due then, explained. */
function explained(given: GivenCase, rang: string): Pick<Act, 'zh' | 'en'> {
  const due =
    given.state.phase === 'unopened'
      ? []
      : given.state.known.clocks.filter(({ dueAt }) => dueAt !== null && Date.parse(dueAt) === Date.parse(rang));
  const words = due.map((clock) => ({ name: clock.clock, ...explainClock(clock, given.policy, rang).words }));
  return {
    zh: words.map((each) => `${each.name}：${each['zh-CN']}`).join(' '),
    en: words.map((each) => `${each.name}: ${each.en}`).join(' '),
  };
}

/** Lets the clock ring whenever the case asks, up to an instant; gives back what silence brought, in Beijing time. */
function live(given: GivenCase, until: string, acts: Act[] = []): string[] {
  const log: string[] = [];
  while (log.length < 20 && given.wakesAt !== null && Date.parse(given.wakesAt) <= Date.parse(until)) {
    const rang = given.wakesAt;
    const why = explained(given, rang);
    given.ring();
    acts.push({ at: rang, what: given.types.map((type) => names[type] ?? type).join(', '), ...why });
    log.push(`${rang.slice(5, 16)} ${given.types.join(' ')}`);
  }
  given.at(until);
  return log;
}

function escalated(given: GivenCase, acts: Act[]): void {
  const event = given.told.find(({ type }) => type === 'case.escalated');
  if (event?.type !== 'case.escalated') return;
  const { because, reason } = event.data;
  const why = `${because}: ${reason}`;
  const at = new Date(Date.parse(given.now) + 8 * 3_600_000).toISOString().replace('.000Z', '+08:00');
  acts.push({ at, what: names['case.escalated'] ?? '', zh: why, en: why });
}

/** Both columns of the document in one order of time. */
function asDocument(acts: readonly Act[]): string {
  const { mails } = JSON.parse(readFileSync(fixture, 'utf8')) as {
    mails: { n: number; label: string; sentAt: string }[];
  };
  const people = mails.filter(({ label }) => byPeople.includes(label));
  const lines = [
    ...people.map(({ n, label, sentAt }) => ({ at: sentAt, row: `| ${minute(sentAt)} | mail ${n}, ${label} | | |` })),
    ...acts.map(({ at, what, en, zh }) => ({
      at,
      row: `| ${minute(at)} | | ${what} | ${en === zh ? en : `${en}<br>${zh}`} |`,
    })),
  ].sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
  return [
    '# The real case, relived by its clocks',
    '',
    'Made by `libs/case-lifecycle/src/thread.spec.ts` (`WRITE_DOCUMENTS=1` writes it anew), which lives the real case CAS-02227',
    'with the standard policy: the customer writes and uploads when they did; everything else is done by the rules. On the left',
    'what people wrote by hand to follow up, escalate, observe and close; on the right what CaseRelay does of its own accord, and why.',
    'Times are Beijing time (+08:00) of 2020.',
    '',
    '| when | people | CaseRelay | why |',
    '| --- | --- | --- | --- |',
    ...lines.map(({ row }) => row),
    '',
  ].join('\n');
}

function minute(at: string): string {
  return new Date(Date.parse(at) + 8 * 3_600_000).toISOString().slice(5, 16).replace('T', ' ');
}

it('keeps the rhythm of the real case, from the first mail to the archive', () => {
  const acts: Act[] = [];
  const given = new GivenCase('2020-04-28T18:04:27+08:00', standardPolicy)
    .report({ owner: engineer })
    .mail('upload-space-request');
  given.takeSpace();
  expect(given.types).toEqual(['case.upload-space-announced']);
  given.at('2020-04-28T18:08:00+08:00').report({ contact });
  expect(given.types).toContain('case.evidence-requested');
  given.at('2020-04-28T18:23:45+08:00').mail('update');

  live(given, '2020-04-29T09:38:00+08:00', acts);
  given.upload(1).analysed(1, { findings: [finding({ kind: 'kernel' })] });
  expect(live(given, '2020-05-07T09:01:55+08:00', acts)).toEqual([
    // The first five days of May were a holiday; the customer is left in peace.
    '05-06T09:00 case.customer-reminded',
  ]);
  given.mail('update', { waitsForCrash: true });
  expect(given.types).toContain('case.collection-suggested');

  expect(live(given, '2020-05-07T15:59:32+08:00', acts)).toEqual([]);
  given.upload(2).analysed(2, { findings: [truncated] });
  expect(given.types).toEqual(['case.analysis-reported', 'case.escalated']);
  escalated(given, acts);

  expect(live(given, '2020-05-12T14:53:13+08:00', acts)).toEqual(['05-11T09:00 case.customer-reminded']);
  given.mail('update');
  expect(live(given, '2020-05-19T10:05:14+08:00', acts)).toEqual([
    '05-15T09:00 case.customer-reminded',
    '05-19T09:00 case.customer-reminded',
  ]);
  given.mail('upload-notice').upload(3).recognised(3);

  expect(live(given, '2020-05-27T14:24:27+08:00', acts)).toEqual(['05-27T09:00 case.observation-started']);
  given.mail('acknowledgement');
  expect(live(given, '2020-05-28T17:49:58+08:00', acts)).toEqual([]);
  given.mail('upload-notice').upload(4);
  given.analysed(4, { holdsFullDump: true, nextSteps: ['update-windows', 'enable-special-pool'] });

  expect(live(given, '2020-06-01T14:42:24+08:00', acts)).toEqual(['06-01T09:00 case.observation-started']);
  given.mail('question');
  expect(given.types).toContain('case.customer-forwarded');
  given.at('2020-06-01T16:46:38+08:00').mail('answer');
  expect(given.types).toContain('case.observation-interrupted');
  given.at('2020-06-01T17:54:02+08:00').mail('update');

  expect(live(given, '2020-06-30T00:00:00+08:00', acts)).toEqual([
    '06-04T09:00 case.observation-started',
    '06-11T09:00 case.archived',
    '06-12T09:00 case.survey-asked',
    '06-18T09:00 case.upload-space-retired',
  ]);
  expect(given.state.phase).toBe('archived');
  const archived = given.history.find((event) => event.type === 'case.archived');
  expect(archived?.data).toMatchObject({ counts: { uploads: 4, reminders: 4, customerMails: 8 } });

  const made = asDocument(acts);
  if (process.env['WRITE_DOCUMENTS']) writeFileSync(document, made);
  expect(withoutLayout(readFileSync(document, 'utf8'))).toBe(withoutLayout(made));
});

/** A formatter pads the columns of tables and breaks lines. */
function withoutLayout(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/-{3,}/g, '---');
}
