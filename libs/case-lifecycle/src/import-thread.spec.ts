import { describe, expect, it } from '@jest/globals';
import { GivenCase } from './given-case.js';
import { wakeAt } from './wake-at.js';

const imported = (news: Parameters<GivenCase['import']>[0] = {}): GivenCase =>
  new GivenCase('2020-05-06T10:00:00+08:00').import(news);

/** What leads to a letter to the customer. */
const letters = ['case.evidence-requested', 'case.customer-reminded', 'case.archived', 'case.observation-started'];
const lettersOf = ({ history }: GivenCase): string[] =>
  history.map(({ type }) => type as string).filter((type) => letters.includes(type));
const knownOf = ({ state }: GivenCase) => {
  if (state.phase === 'unopened') throw new Error('expected an opened case');
  return state.known;
};

describe('an imported case', () => {
  it('keeps number and token, is as old as its first mail, and writes to nobody', () => {
    const given = imported().importMail(1).importMail(2, { author: 'colleague' }).takeSpace();
    expect(knownOf(given)).toMatchObject({
      openedAt: '2020-03-01T00:00:00.000Z',
      file: { caseNumber: 'CAS-02227-X4W1B1', trackingToken: 'CMIT:0001409', lastMessageId: '<old-2@partner.example>' },
      customerWords: [{ at: '2020-03-01T00:00:00.000Z', text: 'old words 1' }],
    });
    expect(lettersOf(given)).toEqual([]);
  });

  it('waits for the customer from now on when we had the last word, and for us when they had it', () => {
    const ours = imported();
    expect(ours.state.phase).toBe('awaiting-evidence');
    expect(knownOf(ours).clocks.map(({ clock }) => clock)).toContain('follow-up');
    const theirs = imported({ lastAuthor: 'customer' });
    expect(theirs.state.phase).toBe('reported');
    expect(knownOf(theirs).clocks.find(({ clock }) => clock === 'first-response')?.startedAt).toBe(
      theirs.history[0]?.at,
    );
    const nobody = imported({ contact: null });
    expect(nobody.state.phase).toBe('reported');
  });

  it('reminds only once its own time has passed here', () => {
    const given = imported();
    expect(lettersOf(given.at('2020-05-07T10:00:00+08:00').ring())).toEqual([]);
    const due = wakeAt(given.at('2020-05-07T10:00:00+08:00').state) ?? '';
    while (lettersOf(given).length === 0 && given.now < '2020-05-31')
      given.at(wakeAt(given.state) ?? '2020-06-01').ring();
    expect(lettersOf(given)).toEqual(['case.customer-reminded']);
    expect(Date.parse(given.now)).toBeGreaterThan(Date.parse(due) - 1);
    expect(Date.parse(given.now)).toBeGreaterThan(Date.parse('2020-05-09T00:00:00+08:00'));
  });

  it('leaves what the customer writes to its engineer, and is not asked for evidence again', () => {
    const given = imported({ lastAuthor: 'customer' }).takeSpace().mail('update');
    expect(given.told.map(({ type }) => type)).toContain('case.customer-forwarded');
    expect(lettersOf(given)).toEqual([]);
  });

  it('is archived without a letter and without clocks; its customer opens it again and gets a space', () => {
    const given = imported({ standing: 'archived' }).importMail(1);
    expect(given.state).toMatchObject({ phase: 'archived', archivedAt: '2020-03-09T00:00:00.000Z' });
    expect(wakeAt(given.state)).toBeNull();
    expect(given.told).toEqual([]);
    given.mail('update');
    expect(given.told.map(({ type }) => type)).toEqual([
      ...['case.reopened', 'case.upload-space-requested', 'case.customer-heard'],
    ]);
    expect(given.takeSpace().told.map(({ type }) => type)).toContain('case.evidence-requested');
  });

  it('counts each mail once, and a thread once', () => {
    const given = imported().importMail(1);
    const before = given.state;
    expect(given.importMail(1).state).toEqual(before);
    expect(given.import().state).toEqual(before);
  });

  it('answers the newest mail: an imported one until one comes in here, whatever comes later of the past', () => {
    const given = imported().importMail(3).importMail(1);
    expect(knownOf(given).file.lastMessageId).toBe('<old-3@partner.example>');
    given.mail('update');
    const live = knownOf(given).file.lastMessageId;
    expect(live).not.toContain('old');
    expect(knownOf(given.importMail(4)).file.lastMessageId).toBe(live);
  });

  it('takes no note of what a machine wrote', () => {
    const given = imported();
    expect(given.importMail(1, { kind: 'automatic-reply' }).history.filter(({ type }) => type === 'mail.kept')).toEqual(
      [],
    );
  });
});
