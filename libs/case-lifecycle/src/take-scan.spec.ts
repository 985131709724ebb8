import { describe, expect, it } from '@jest/globals';
import { contact, engineer, GivenCase, id } from './given-case.js';

const infected = { outcome: 'infected' as const, signature: 'Win.Test.EICAR_HDB-1', reason: null };
const scansOf = ({ state }: GivenCase) => (state.phase === 'unopened' ? undefined : state.known.scans);

describe('malware in an upload', () => {
  it('is told to the owner and to the customer, and the upload is read as ever', () => {
    const given = GivenCase.awaitingEvidence().upload(1);
    given.scan(1, infected);
    expect(given.told).toMatchObject([
      { type: 'case.upload-quarantined', data: { to: engineer, audience: 'colleague', uploadId: id(1) } },
      { type: 'case.upload-quarantined', data: { to: contact, audience: 'customer', ...pick(infected) } },
    ]);
    expect(given.state.phase).toBe('analysing');
    expect(given.analysed(1).types).toContain('case.analysis-reported');
  });

  it('is told to who is on duty where there is no owner, and to no customer who is not known', () => {
    const given = new GivenCase().report().takeSpace().receive(1).scan(1, infected);
    expect(given.told).toMatchObject([{ data: { to: given.policy.duty, audience: 'colleague' } }]);
  });

  it('is told of an archived case, which stays archived', () => {
    const given = GivenCase.awaitingEvidence().upload(1).analysed(1).mail('closure-summary').scan(1, infected);
    expect(given.types).toEqual(['case.upload-quarantined', 'case.upload-quarantined']);
    expect(given.state.phase).toBe('archived');
  });

  it('is known of the upload, whichever is heard first, and so is its release', () => {
    const given = GivenCase.awaitingEvidence().scan(1, infected).receive(1);
    expect(scansOf(given)).toMatchObject([{ uploadId: id(1), ...infected, releasedAt: null }]);
    given.ask({
      ...{ type: 'take-release', now: given.instant },
      release: { uploadId: id(1), spaceId: id(900), name: 'x', signature: infected.signature, because: 'ours' },
    });
    expect([given.told, scansOf(given)]).toMatchObject([[], [{ releasedAt: given.instant }]]);
  });
});

it.each([
  { outcome: 'clean' as const, signature: null, reason: null },
  { outcome: 'not-scanned' as const, signature: null, reason: 'too-large' as const },
])('of an upload that is $outcome nobody is told', (outcome) => {
  const given = GivenCase.awaitingEvidence().upload(1).scan(1, outcome);
  expect([given.told, scansOf(given)]).toMatchObject([[], [outcome]]);
});

function pick({ signature }: typeof infected): { signature: string } {
  return { signature };
}
