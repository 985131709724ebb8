import { asHtml, asText, facts, heading, paragraph, timeIn, type Block } from '@caserelay/case-papers';
import type { EventOf } from '@caserelay/contracts';
import { letterIdOf, type Letter } from './compose-letter.js';
import type { LetterSettings } from './letter-bodies.js';
import { textsOf } from './templates/texts-of.js';

const reasons = {
  gone: { zh: '接收方答复该地址已不存在（410）', en: 'the receiver says that it is gone for good' },
  failing: { zh: '多日来每次投递都失败', en: 'every attempt of many days failed' },
};

/**
 * The letter that tells operators, in both languages, that a receiver gets no more events. It goes to the team and not
 * into the thread of the case whose event the receiver got last.
 */
export function composeWebhookNotice(event: EventOf<'webhook.disabled'>, settings: LetterSettings): Letter {
  const { description, host } = event.data;
  const to = { name: '', address: settings.teamAddress };
  const letterId = letterIdOf(event, to);
  const name = oneLine(description || host);
  const blocks = [
    paragraph('各位同事，您好：'),
    paragraph(`Webhook “${name}” 已停用，不再收到事件。未投递的事件保留在系统中，恢复后可以重放。`),
    factsOf(event, settings, 'zh'),
    paragraph(
      '处理：修复接收方后，用 PATCH /v1/webhooks/{id} 将 state 设为 active，再用 POST /v1/webhooks/{id}/replay 重放。',
    ),
    heading('English'),
    paragraph(
      `The webhook “${name}” was disabled and gets no more events. What it did not get is kept and can be replayed.`,
    ),
    factsOf(event, settings, 'en'),
    paragraph(
      'What to do: mend the receiver, set its state to active with PATCH /v1/webhooks/{id}, then replay with POST /v1/webhooks/{id}/replay.',
    ),
    paragraph(`--------------\n${settings.senderName}`),
  ];
  return {
    letterId,
    caseId: event.subject,
    to,
    audience: 'colleague',
    topics: ['webhook-notice'],
    subject: `[CaseRelay] Webhook 已停用 / webhook disabled: ${name}`,
    text: asText(blocks, textsOf('zh-CN')),
    html: asHtml(blocks, 'zh-CN'),
    attachments: [],
    language: 'zh-CN',
    messageId: `<${event.subject}.${letterId}@${settings.mailDomain}>`,
    inReplyTo: null,
  };
}

function factsOf({ data }: EventOf<'webhook.disabled'>, { zone }: LetterSettings, language: 'zh' | 'en'): Block {
  const label = (zh: string, en: string): string => (language === 'zh' ? zh : en);
  return facts([
    { label: label('Webhook', 'Webhook'), value: data.webhookId },
    { label: label('类型', 'Kind'), value: data.kind },
    { label: label('接收方', 'Receiver'), value: data.host },
    { label: label('原因', 'Reason'), value: reasons[data.because][language] },
    {
      label: label('自何时起一直失败', 'Nothing but failures since'),
      value: data.failingSince && timeIn(zone, data.failingSince),
    },
    { label: label('最后一次错误', 'Last error'), value: oneLine(data.lastError) },
    { label: label('未投递事件', 'Events not delivered'), value: String(data.undelivered) },
  ]);
}

function oneLine(text: string): string {
  return [...text.replace(/[\p{Cc}\s]+/gu, ' ').trim()].slice(0, 300).join('');
}
