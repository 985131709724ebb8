import { bounceOf } from './bounce.js';
import type { InspectedMail } from './inspected-mail.js';

/** Why a mail counts as written by a machine. Machines are never answered. */
export interface AutomaticMail {
  /**
   * `loop`: one of our own letters came back. `bounce`: a report on a letter's delivery. `read-receipt`: it was shown to
   * somebody. `auto-reply`: somebody is away, or a desk confirms receipt. `list`: it went to many. `auto-generated`: a
   * program sent it on its own.
   */
  kind: 'loop' | 'bounce' | 'read-receipt' | 'auto-reply' | 'list' | 'auto-generated';
  reason: string;
}

/** What we know of ourselves, to know our own letters again. */
export interface OwnMail {
  /** Addresses of our own letters. */
  addresses: readonly string[];
}

/** Says why a mail is automatic; null when a person wrote it, also when that person writes about an automatic one. */
export function automaticMailOf(mail: InspectedMail, own: OwnMail = { addresses: [] }): AutomaticMail | null {
  return (
    loop(mail, own) ??
    bounce(mail) ??
    readReceipt(mail) ??
    saidByHeader(mail) ??
    saidBySubject(mail) ??
    saidByBody(mail) ??
    sentToMany(mail) ??
    sentByProgram(mail)
  );
}

function loop({ from, messageId, headers }: InspectedMail, { addresses }: OwnMail): AutomaticMail | null {
  const address = from?.address.toLowerCase() ?? '';
  const isOwn = (one: string): boolean => addresses.some((known) => known.toLowerCase() === one);
  if (address !== '' && isOwn(address)) return { kind: 'loop', reason: `it comes from our own address ${address}` };
  // Our letters are `<case.letter@…>`, and nobody else's.
  const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
  if (messageId !== null && new RegExp(`^<${uuid}\\.${uuid}@[^@>]+>$`, 'i').test(messageId))
    return { kind: 'loop', reason: `its Message-ID is that of one of our own letters: ${messageId}` };
  const mark = headers.get('x-loop')?.trim().toLowerCase() ?? '';
  if (mark !== '' && isOwn(mark)) return { kind: 'loop', reason: `header X-Loop: ${mark.slice(0, 100)}` };
  return null;
}

function bounce(mail: InspectedMail): AutomaticMail | null {
  const found = bounceOf(mail);
  return found === null ? null : { kind: 'bounce', reason: found.reason };
}

function readReceipt({ headers, enclosed, subject }: InspectedMail): AutomaticMail | null {
  const isReport =
    /disposition-notification/i.test(headers.get('content-type') ?? '') ||
    enclosed.some(({ type }) => type === 'message/disposition-notification');
  if (isReport) return { kind: 'read-receipt', reason: 'a disposition notification (RFC 8098)' };
  const said =
    /^\s*(?:read|not read|已读|未读|已讀|gelesen|ungelesen|return receipt \(displayed\)|已读回执|阅读回执)\s*[:：(]/i.exec(
      subject.slice(0, 200),
    );
  const isByMachine = /^auto-/i.test(headers.get('auto-submitted') ?? '') || headers.get('return-path') === '<>';
  return said !== null && isByMachine ? { kind: 'read-receipt', reason: `its subject says “${said[0].trim()}”` } : null;
}

/** Headers that only programs write, with the values that say nothing. */
const replyHeaders = [
  'x-autoreply',
  'x-autorespond',
  'x-autoresponder',
  'x-auto-reply-from',
  'x-autoreply-from',
  'x-mail-autoreply',
  'x-autoreply-domain',
  'x-auto-reply',
];

function saidByHeader({ headers }: InspectedMail): AutomaticMail | null {
  const value = (name: string): string => (headers.get(name) ?? '').trim().toLowerCase();
  const told = (name: string): string => `header ${name}: ${value(name).slice(0, 60)}`;
  // RFC 3834, section 5
  const submitted = value('auto-submitted');
  if (submitted.startsWith('auto-replied')) return { kind: 'auto-reply', reason: told('auto-submitted') };
  for (const name of replyHeaders)
    if (value(name) !== '' && !/^(?:no|false|0)$/.test(value(name))) return { kind: 'auto-reply', reason: told(name) };
  if (/^(?:auto[_-]reply|autoreply)/.test(value('precedence')))
    return { kind: 'auto-reply', reason: told('precedence') };
  if (/^(?:auto[_-]reply|autoreply)/.test(value('x-precedence')))
    return { kind: 'auto-reply', reason: told('x-precedence') };
  if (value('delivered-to') === 'autoresponder') return { kind: 'auto-reply', reason: told('delivered-to') };
  return null;
}

/** Subjects that mail programs set in front of the one that they answer. Behind `Re:` a person answers one. */
const replySubject =
  /^\s*[[【(（]?(?:自动回复|自动答复|自動回覆|自動回復|自動答覆|自动应答|假期自动回复|外出自动回复|休假自动回复|automatic reply|auto(?:matic)?[- ]?(?:reply|response|answer|responder)|autoreply|(?:out[- ]of[- ](?:the[- ])?office|ooo)(?:[- ](?:auto[- ]?)?(?:reply|response|notification|message|notice))?(?=\s*(?:[:：\])】]|-|$|re:|aw:|fw:))|auto(?:-re)?(?=\s*:)|vacation (?:reply|response|notice|message)|away(?: from (?:my )?(?:mail|desk|office))?(?: message| notice)|(?:i am|i'm) (?:currently )?(?:away|out of (?:the )?office|on (?:vacation|leave|holiday))|automatische (?:antwort|abwesenheitsnotiz)|abwesenheits(?:notiz|nachricht|meldung|assistent)|abwesen(?:heit|d)|réponse automatique|respuesta automática|risposta automatica|自動応答|자동 ?회신|不在办公室|外出(?:通知|提醒)|休假(?:通知|提醒))\s*(?:[\]】)）]|[:：]|[-–—]\s|$|re:|aw:|fw:)/i;

function saidBySubject({ subject }: InspectedMail): AutomaticMail | null {
  const said = replySubject.exec(subject.slice(0, 300));
  if (said !== null) return { kind: 'auto-reply', reason: `its subject says “${said[0].trim()}”` };
  return null;
}

/** What only the automatic reply says of itself. */
const ownWords = [
  /(?:这|此|本)(?:是|为|封)?(?:来自|一封)?[^。，,\n]{0,24}(?:假期|休假|外出|系统)?自动(?:回复|答复|应答|发送|发出)(?:的)?(?:邮件|信件|信息)?/,
  /(?:這|此|本)[^。，,\n]{0,16}自動(?:回覆|回復|發送|發出)/,
  /^\s*[（(【[]?(?:自动回复|自動回覆|系统自动回复|auto[- ]?reply|automatic reply)[）)】\]]?\s*[:：。\n]/i,
  /[（(【[](?:系统)?自动(?:回复|答复|应答)[）)】\]]\s*$/m,
  /(?:本|此)(?:邮件|信)(?:由|为)?系统自动(?:发送|发出|生成)|系统自动(?:发送|生成|发出)[^。\n]{0,12}(?:请勿|不要|无需)(?:直接)?回复/,
  /this (?:is|e-?mail is|message is|message was|e-?mail was) (?:an? )?(?:automat(?:ic|ed)(?:ally)?|auto[- ]?generated|auto[- ]?)[- ]?(?:generated |sent )?(?:reply|response|answer|e-?mail|message|notification|acknowledge?ment|generated|sent)/i,
  /(?:please )?do not (?:reply|respond) to this (?:automat|auto|e-?mail|message)/i,
  /diese? (?:e-?mail|nachricht|antwort) (?:wurde|ist|wird) (?:automatisch|eine automatische)/i,
];

/** How desks confirm what came in, and what they say besides. */
const confirmation =
  /\byour (?:request|ticket|case|inquiry|enquiry|message|e-?mail)(?: \([^)\n]{1,20}\)| #?[\w-]{1,20})? (?:has been|was) (?:successfully )?(?:received|created|opened|logged|registered|updated)\b/i;
const ofDesk =
  /\b(?:ticket|reference) (?:number|id|#)|\bsupport (?:staff|team)\b|\bto add (?:additional )?comments\b|\b(?:we|someone|our team) will (?:respond|reply|get back|be in touch|contact you)\b/i;

/** Who speaks of the automatic reply of somebody else. */
const speaksOfOne =
  /(?:收到|看到|得到|回了|你们?的|您的|贵公司的)[^。，,！!\n]{0,12}$|\b(?:got|received|receive|saw|seen|your|an?other|thanks for)\b[^.\n]{0,30}$/i;

function saidByBody({ newText }: InspectedMail): AutomaticMail | null {
  const text = newText.slice(0, 4_000);
  for (const words of ownWords) {
    const said = words.exec(text);
    if (said === null || speaksOfOne.test(text.slice(Math.max(0, said.index - 40), said.index))) continue;
    return {
      kind: /勿|not (?:reply|respond)|系统自动(?:发送|生成|发出)/.test(said[0]) ? 'auto-generated' : 'auto-reply',
      reason: `it says of itself “${said[0].trim()}”`,
    };
  }
  const confirmed = confirmation.exec(text.slice(0, 1_000));
  if (confirmed !== null && ofDesk.test(text))
    return { kind: 'auto-reply', reason: `a desk confirms receipt: “${confirmed[0].trim()}”` };
  const away = absenceIn(text);
  return away === null ? null : { kind: 'auto-reply', reason: `all it says is that its writer is away: “${away}”` };
}

const absence =
  /\b(?:i am|i'm|i will be|i'll be|we are)\b[^.\n]{0,30}\b(?:out of (?:the )?office|on (?:annual |sick |parental |maternity )?(?:leave|vacation|holidays?)|away from|travell?ing|not in the office)\b|\bout of (?:the )?office\b|(?:我|本人)[^。，,\n]{0,24}(?:休假|放假|出差|外出|度假|请假|年假|产假|不在办公室|不在公司|不在单位)|(?:正在|目前|现在)(?:休假|出差|外出|度假)|ich bin[^\n]{0,60}(?:nicht im (?:büro|haus)|im urlaub|abwesend|außer haus|nicht erreichbar|auf (?:dienst|geschäfts)reise)/i;
const isThanks = /^.{0,10}(?:thank|danke?\b|感谢|谢谢|merci).{0,60}$/i;
const absenceWords = [
  /\b(?:return|back|until|till|through|from .{1,30} to)\b|返回|回来|回到|期间|直到|截止|至\s*\d|到\s*\d|日起|\bbis\b|zurück|wieder/i,
  /\b(?:limited|no|intermittent|not have|without)\b[^.\n]{0,30}\b(?:access|e-?mail)\b|\b(?:as soon as|upon my return|when i (?:return|am back|get back)|will (?:reply|respond|answer|get back))|(?:无法|不能|不便)[^。\n]{0,10}(?:及时|立即|马上|立刻)?(?:查看|回复|处理|答复)|(?:尽快|回来后|第一时间|返回后)[^。\n]{0,16}(?:回复|联系|处理|答复)|kein(?:en)? zugriff|nicht gelesen|nicht weitergeleitet|eingeschränkt/i,
  /\b(?:urgent|emergency|immediate|in my absence|please contact|assistance)\b|紧急|急事|如有(?:急|紧|需|任何)|请(?:联系|致电|拨打|电话|联络)|代(?:为)?处理|dringend|vertretung|wenden sie sich/i,
];

/** The sentence that says that the writer is away, when the mail says nothing else; short lines are greeting and signature. */
function absenceIn(text: string): string | null {
  if (text.length > 2_000) return null;
  const sentences = text
    .split(/[。！!？\n]+|(?<!\d)[.?](?=\s|$)/)
    .map((one) => one.trim())
    .filter((one) => one !== '');
  const said = sentences
    .slice(0, 4)
    .map((one) => absence.exec(one)?.[0])
    .find((one) => one !== undefined);
  if (said === undefined) return null;
  const isOfAbsence = (one: string): boolean => absence.test(one) || absenceWords.some((words) => words.test(one));
  const other = sentences.filter((one) => one.length > 25 && !isOfAbsence(one) && !isThanks.test(one));
  const short = sentences.filter((one) => one.length <= 25 && !isOfAbsence(one));
  const signs = absenceWords.filter((words) => words.test(text)).length;
  // Whoever asks or reports besides being away is a person at work.
  const isAtWork = /[?？]|上传|蓝屏|日志|附件|\b(?:upload|dump|attach|crash|log file)/i.test(text);
  return signs >= 2 && other.length === 0 && short.length <= 8 && !isAtWork ? said : null;
}

function sentToMany({ headers }: InspectedMail): AutomaticMail | null {
  const precedence = (headers.get('precedence') ?? headers.get('x-precedence') ?? '').trim().toLowerCase();
  if (/^(?:bulk|junk|list)/.test(precedence))
    return { kind: 'list', reason: `header precedence: ${precedence.slice(0, 60)}` };
  // RFC 2919, RFC 2369, RFC 8058
  for (const name of [
    'list-id',
    'list-unsubscribe',
    'list-post',
    'mailing-list',
    'x-mailing-list',
    'x-campaign-id',
    'x-campaignid',
    'feedback-id',
  ]) {
    const value = headers.get(name);
    if (value !== undefined && value !== '') return { kind: 'list', reason: `header ${name}: ${value.slice(0, 60)}` };
  }
  return null;
}

function sentByProgram({ headers, from, envelopeSender }: InspectedMail): AutomaticMail | null {
  const submitted = (headers.get('auto-submitted') ?? '').trim().toLowerCase();
  if (submitted !== '' && !/^no\b/.test(submitted))
    return { kind: 'auto-generated', reason: `header auto-submitted: ${submitted.slice(0, 60)}` };
  // [MS-OXCMAIL], section 2.1.3.2.18: what the sender does not want to get for it.
  const suppressed = headers.get('x-auto-response-suppress') ?? '';
  if (/\b(?:all|oof|autoreply)\b/i.test(suppressed))
    return { kind: 'auto-generated', reason: `header x-auto-response-suppress: ${suppressed.slice(0, 60)}` };
  for (const name of [
    'x-autogenerated',
    'x-auto-generated',
    'x-fc-machinegenerated',
    'x-ms-exchange-generated-message-source',
  ])
    if (!/^(?:|no|false|0)$/i.test((headers.get(name) ?? '').trim()))
      return { kind: 'auto-generated', reason: `header ${name}` };
  // RFC 5321, section 4.5.5: only notifications come from nobody.
  if (envelopeSender === '' || (envelopeSender === null && headers.get('return-path') === '<>'))
    return { kind: 'auto-generated', reason: 'its Return-Path is <>: nobody wants an answer' };
  const local = from?.address.split('@')[0] ?? '';
  if (/^(?:no[-_.]?reply|do[-_.]?not[-_.]?reply|mailer[-_.]?daemon)(?:[-+_.].*)?$/i.test(local))
    return { kind: 'auto-generated', reason: `nobody reads what is sent to ${from?.address.slice(0, 100) ?? ''}` };
  return null;
}
