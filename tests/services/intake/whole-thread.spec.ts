import type { EventOf } from '@caserelay/contracts';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { isHandWritten, readThread } from '../../support/thread.js';
import { anIntake, type IntakeSystem } from './intake-system.js';

let intake: IntakeSystem;
beforeAll(async () => {
  intake = await anIntake();
});
afterAll(async () => {
  await intake.remove();
});

/** What each mail of the real thread has to be taken for. Answers are passed on to the customer; notes are not. */
const kinds: Record<number, string> = {
  1: 'upload-space-request',
  2: 'colleague-note',
  3: 'colleague-note',
  4: 'colleague-note',
  5: 'colleague-note',
  6: 'update',
  7: 'upload-notice',
  8: 'colleague-note',
  9: 'update, waits for the crash',
  10: 'colleague-note',
  11: 'question',
  12: 'answer',
  13: 'upload-notice',
  14: 'colleague-note',
  15: 'escalation',
  16: 'colleague-note',
  17: 'reminder',
  18: 'update',
  19: 'reminder',
  20: 'colleague-note',
  21: 'upload-notice',
  22: 'colleague-note',
  23: 'colleague-note',
  24: 'acknowledgement',
  25: 'upload-notice',
  26: 'colleague-note',
  27: 'action-plan',
  28: 'question',
  29: 'question',
  30: 'answer',
  31: 'update',
  32: 'answer',
  33: 'update',
  34: 'reminder',
  35: 'closure-summary',
};

test('every mail of the real thread joins one case and is taken for what it is', async () => {
  const thread = readThread();
  const received: EventOf<'mail.received'>[] = [];
  for (const { n, from, sentAt, text } of thread.mails) {
    const messageId = `<thread-${n}@example.example>`;
    const reply = await intake.send({
      from,
      to: 'case@support.example',
      subject: thread.subject,
      date: sentAt,
      text,
      messageId,
    });
    expect(reply).toMatchObject({ code: 250 });
    received.push(await intake.received(messageId));
  }
  const found = received.map(({ data }) => (data.waitsForCrash ? `${data.kind}, waits for the crash` : data.kind));
  expect(Object.fromEntries(found.map((kind, index) => [thread.mails[index]?.n, kind]))).toEqual(kinds);
  expect(new Set(received.map(({ subject }) => subject)).size).toBe(1);

  const reports = intake.told.filter((event) => event.type === 'problem.reported');
  expect(reports.map(({ data }) => data)).toMatchObject([
    {
      caseNumber: thread.caseNumber,
      trackingToken: thread.trackingToken,
      partner: thread.partner,
      endCustomer: thread.endCustomer,
      contact: null,
      owner: { address: 'l1@support.example' },
    },
    { contact: { address: 'contact@partner.example' }, owner: null },
  ]);
  for (const { data } of received) expect(data.text).not.toMatch(/原始邮件|Xk3mP9w2/);
  expect(thread.mails.filter(isHandWritten)).toHaveLength(22);
});
