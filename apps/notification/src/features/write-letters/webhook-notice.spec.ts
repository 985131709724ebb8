import { AnyEvent, LetterSent } from '@caserelay/contracts';
import { expect, test } from '@jest/globals';
import { settings } from './given-letter-event.js';
import { composeWebhookNotice } from './webhook-notice.js';

const event = AnyEvent.parse({
  specversion: '1.0',
  id: '00000000-0000-4000-8000-000000000001',
  source: '/caserelay/webhooks',
  subject: '00000000-0000-4000-8000-000000000002',
  time: '2020-05-18T09:12:44.000+08:00',
  type: 'webhook.disabled',
  data: {
    ...{ webhookId: '00000000-0000-4000-8000-000000000003', kind: 'webhook', host: 'crm.example' },
    ...{ description: 'CRM\n<b>', because: 'failing', failingSince: '2020-05-13T01:10:02.000Z' },
    ...{ lastError: 'answered 503; expected 2xx', undelivered: 42 },
  },
});
if (event.type !== 'webhook.disabled') throw new Error('another event');
const letter = composeWebhookNotice(event, settings);

test('operators learn in both languages which webhook got nothing more, why, since when and how much it lacks', () => {
  expect(letter).toMatchObject({ to: { address: settings.teamAddress }, audience: 'colleague', inReplyTo: null });
  expect(letter.subject).toBe('[CaseRelay] Webhook 已停用 / webhook disabled: CRM <b>');
  for (const fact of ['crm.example', '多日来每次投递都失败', 'every attempt of many days failed', '42', 'answered 503'])
    expect(letter.text).toContain(fact);
  expect(letter.text).toContain('2020-05-13 09:10');
  expect(letter.html).not.toContain('<b>');
});

test('the same event gives the same letter, and it can be told', () => {
  expect(composeWebhookNotice(event, settings)).toEqual(letter);
  expect(LetterSent.shape.data.safeParse(letter).success).toBe(true);
});
