import { expect, it } from '@jest/globals';
import { contact, engineer, finding, GivenCase, truncated } from './given-case.js';

/** Lets the clock ring whenever the case asks, up to an instant; gives back what silence brought, in Beijing time. */
function live(given: GivenCase, until: string): string[] {
  const log: string[] = [];
  while (log.length < 20 && given.wakesAt !== null && Date.parse(given.wakesAt) <= Date.parse(until)) {
    const rang = given.wakesAt;
    given.ring();
    log.push(`${rang.slice(5, 16)} ${given.types.join(' ')}`);
  }
  given.at(until);
  return log;
}

it('keeps the rhythm of the real case, from the first mail to the archive', () => {
  const given = new GivenCase('2020-04-28T18:04:27+08:00').report({ owner: engineer }).mail('upload-space-request');
  given.takeSpace();
  expect(given.types).toEqual(['case.upload-space-announced']);
  given.at('2020-04-28T18:08:00+08:00').report({ contact });
  expect(given.types).toContain('case.evidence-requested');
  given.at('2020-04-28T18:23:45+08:00').mail('update');

  live(given, '2020-04-29T09:38:00+08:00');
  given.upload(1).analysed(1, { findings: [finding({ kind: 'kernel' })] });
  expect(live(given, '2020-05-07T09:01:55+08:00')).toEqual([
    '05-02T09:00 case.customer-reminded',
    '05-05T09:00 case.customer-reminded',
  ]);
  given.mail('update', { waitsForCrash: true });
  expect(given.types).toContain('case.collection-suggested');

  expect(live(given, '2020-05-07T15:59:32+08:00')).toEqual([]);
  given.upload(2).analysed(2, { findings: [truncated] });
  expect(given.types).toEqual(['case.analysis-reported', 'case.escalated']);

  expect(live(given, '2020-05-12T14:53:13+08:00')).toEqual(['05-10T09:00 case.customer-reminded']);
  given.mail('update');
  expect(live(given, '2020-05-19T10:05:14+08:00')).toEqual([
    '05-15T09:00 case.customer-reminded',
    '05-19T09:00 case.customer-reminded',
  ]);
  given.mail('upload-notice').upload(3).recognised(3);

  expect(live(given, '2020-05-27T14:24:27+08:00')).toEqual(['05-27T09:00 case.observation-started']);
  given.mail('acknowledgement');
  expect(live(given, '2020-05-28T17:49:58+08:00')).toEqual([]);
  given.mail('upload-notice').upload(4);
  given.analysed(4, { holdsFullDump: true, nextSteps: ['update-windows', 'enable-special-pool'] });

  expect(live(given, '2020-06-01T14:42:24+08:00')).toEqual(['05-31T09:00 case.observation-started']);
  given.mail('question');
  expect(given.types).toContain('case.customer-forwarded');
  given.at('2020-06-01T16:46:38+08:00').mail('answer');
  given.at('2020-06-01T17:54:02+08:00').mail('update');

  expect(live(given, '2020-06-30T00:00:00+08:00')).toEqual([
    '06-08T09:00 case.archived',
    '06-15T09:00 case.upload-space-retired',
  ]);
  expect(given.state.phase).toBe('archived');
  const archived = given.history.find((event) => event.type === 'case.archived');
  expect(archived?.data).toMatchObject({ counts: { uploads: 4, reminders: 5, customerMails: 8 } });
});
