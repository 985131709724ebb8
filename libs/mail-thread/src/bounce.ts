import { messageIdsIn } from './case-keys.js';
import { statusIn } from './delivery-status.js';
import type { InspectedMail } from './inspected-mail.js';

/** What became of a letter at one of its addresses. */
export interface BouncedRecipient {
  /** The address that the report is about, as it was last delivered to; null when the report names none. */
  recipient: string | null;
  /** RFC 3463, such as `5.1.1`; null when the report gives no reason. */
  status: string | null;
  /** RFC 3464, section 2.3.3. */
  action: 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded';
  /** What the last mail server said; empty when the report does not tell. */
  diagnostic: string;
}

/** A report that a letter did not reach somebody, or not yet. The fields of its first recipient, the failed ones first. */
export interface Bounce extends BouncedRecipient {
  /** True when trying again is of no use: a status of class 5. */
  isPermanent: boolean;
  recipients: BouncedRecipient[];
  /** The Message-ID of the letter, with angle brackets. */
  originalMessageId: string | null;
  /** By what it was recognised. */
  reason: string;
}

/**
 * Reads a bounce: delivery reports by RFC 3464, qmail's (QSBMF), and those that say it in words alone, as QQ, NetEase,
 * Exchange, Exim, Sendmail, Gmail and others do, in Chinese, English and German. Null when the mail is none; what a person
 * writes about a bounce is none.
 */
export function bounceOf(mail: InspectedMail): Bounce | null {
  const reports = mail.enclosed.filter(({ type }) => /^message\/(?:global-)?delivery-status$/.test(type));
  const reported = reports.flatMap(({ fields }) => recipientsOfReport(fields, mail));
  if (reported.length > 0) return bounceFrom(reported, 'a delivery report (RFC 3464)', mail);
  const reason = whySaidToBounce(mail);
  return reason === null ? null : bounceFrom(recipientsOfText(mail), reason, mail);
}

function bounceFrom(found: BouncedRecipient[], reason: string, mail: InspectedMail): Bounce {
  const rank = { failed: 0, delayed: 1, expanded: 2, relayed: 3, delivered: 4 };
  const recipients = [...found].sort((one, other) => rank[one.action] - rank[other.action]).slice(0, 100);
  const first: BouncedRecipient = recipients[0] ?? { recipient: null, status: null, action: 'failed', diagnostic: '' };
  return {
    ...first,
    isPermanent: first.status === null ? first.action === 'failed' : first.status.startsWith('5'),
    recipients,
    originalMessageId: originalMessageIdOf(mail),
    reason,
  };
}

/** RFC 3464: a block about the message, then one for each recipient. */
function recipientsOfReport(fields: readonly ReadonlyMap<string, string>[], mail: InspectedMail): BouncedRecipient[] {
  const isAboutRecipient = (block: ReadonlyMap<string, string>): boolean =>
    block.has('final-recipient') || block.has('original-recipient') || block.has('action') || block.has('status');
  return fields.filter(isAboutRecipient).map((block) => {
    const diagnostic = (block.get('diagnostic-code') ?? '').replace(/^[\w-]{1,20}\s*;\s*/, '').slice(0, 500);
    const given = /(?:^|[^\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])/.exec(block.get('status') ?? '')?.[1];
    const status = given ?? statusIn(diagnostic) ?? statusIn(mail.text);
    const named = addressOfField(block.get('final-recipient')) ?? addressOfField(block.get('original-recipient'));
    const action = /failed|delayed|delivered|relayed|expanded/.exec((block.get('action') ?? '').toLowerCase())?.[0];
    return {
      recipient: named ?? addressOfField(block.get('x-actual-recipient')) ?? null,
      status,
      action: (action as BouncedRecipient['action'] | undefined) ?? (status?.startsWith('4') ? 'delayed' : 'failed'),
      diagnostic,
    };
  });
}

/** `rfc822; someone@example`, also with brackets or xtext (RFC 3461, section 4). */
function addressOfField(value: string | undefined): string | null {
  const bare = (value ?? '')
    .replace(/^[\w-]{1,30}\s*;\s*/, '')
    .replace(/\+([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return addressesIn(bare)[0] ?? null;
}

const daemon =
  /^(?:mailer[-_.]?daemon|mdaemon|mail[-_.]?daemon|post[-_.]?master|mail[-_.]?delivery|mail[-_.]?system|bounces?|microsoftexchange[0-9a-f]{10,})(?:[-+_.=].*)?$/i;
const daemonName =
  /mail delivery (?:sub)?system|mailer[- ]daemon|postmaster|mail administrator|系统管理员|退信|microsoft outlook|邮件(?:投递)?系统/i;

/** Subjects of bounces, as the machine writes them: nothing before, not even `Re:`. */
const bounceSubject =
  /^\s*(?:undeliver(?:able|ed)\b|un(?:zu|be)stellbar|returned (?:e-?)?mail\b|return(?:ed)? to sender|failure notice|mail (?:delivery )?(?:failed|failure|error|system error|undeliverable)|(?:(?:permanent|transient) )?delivery (?:status notification|has failed|failure|failed|notification|report|delayed|warning)|message (?:delivery )?(?:failure|delayed|undeliverable|not delivered|could not be delivered)|(?:warning:? )?(?:could not send|message .{0,40}delayed|delayed mail)|non[- ]?delivery|mail could not be|mail system error|rejected:|failed:|delivery incomplete|邮件(?:退回|未送达|投递失败|发送失败|传递失败|退信|无法(?:送达|投递|传递))|未(?:送达|传递|能送达)|无法(?:送达|投递|传递)|傳遞失敗|無法(?:傳遞|投遞|送達)|郵件(?:退回|無法)|(?:系统|系統)?退信|投递失败|传递(?:失败|状态通知|已延迟)|发送失败|来自.{1,60}的?退信|nicht zugestellt|(?:zustellung|nachricht).{0,30}(?:fehlgeschlagen|nicht)|fehler bei der zustellung|mailzustellung)/i;

/** What bounces say; people seldom write so, and machines at the top. */
const bounceWords =
  /this is the qmail-send program|this is the mail system at host|could ?n(?:o|')t be delivered to|(?:delivery|message)[^.\n]{0,60}(?:failed|has failed|wasn't delivered|was not delivered|could not be delivered|couldn't be delivered|not be delivered)|delivery to the following recipients?|the following address(?:es)?[^\n]{0,40}(?:failed|fatal|transient|problems|undeliverable)|unable to deliver|undeliverable|your message (?:to|was not|could not)|did not reach the following|was undeliverable|recipients? (?:address )?rejected|has been returned|is being returned|退信|未能?(?:成功)?(?:送达|投递|发送|传递)|(?:无法|不能)(?:成功)?(?:送达|投递|发送到|传递|发送给)|(?:投递|传递|发送|送达)(?:失败|不成功|被延迟)|被退回|邮件(?:已)?被?(?:退回|拒收)|(?:無法|未能)(?:傳遞|投遞|送達|寄達)|nicht zugestellt|konnte nicht|unzustellbar/i;

/** Why a mail without a report of RFC 3464 is a bounce; null when it is none. */
function whySaidToBounce(mail: InspectedMail): string | null {
  const { headers, subject, text } = mail;
  const failed = headers.get('x-failed-recipients');
  if (failed !== undefined && failed !== '') return `header X-Failed-Recipients: ${failed.slice(0, 100)}`;
  const head = text.slice(0, 3_000);
  if (/^\s*Hi\. This is the/.test(head) && /qmail-send program|\bat [\w.-]+\./.test(head.slice(0, 200)))
    return 'qmail’s form of a bounce (QSBMF)';
  const subjectFound = bounceSubject.exec(subject.slice(0, 300))?.[0].trim();
  const wordsFound = bounceWords.exec(head)?.[0];
  const local = mail.from?.address.split('@')[0] ?? '';
  const isFromDaemon =
    daemon.test(local) || (daemonName.test(mail.from?.name ?? '') && !(mail.from?.name ?? '').includes('@'));
  const isReport =
    /multipart\/report/i.test(headers.get('content-type') ?? '') &&
    !/disposition-notification/i.test(headers.get('content-type') ?? '');
  const isFromNobody =
    mail.envelopeSender === '' || (mail.envelopeSender === null && headers.get('return-path') === '<>');
  const isMadeByMachine = isFromNobody || isReport || /^auto-/i.test(headers.get('auto-submitted') ?? '');
  const said = subjectFound ?? wordsFound;
  if (said === undefined) return null;
  if (isFromDaemon || isReport) return `a mail server says “${said}”`;
  return isMadeByMachine && subjectFound !== undefined && wordsFound !== undefined
    ? `a machine says “${subjectFound}”`
    : null;
}

/** What stands above the copy of the letter in a bounce that has it in its text. */
function reportPart(text: string): string {
  const copy =
    /^.{0,10}-{3,}.{0,40}(?:below this line is a copy|this is a copy of (?:the|your) message|original message|message header|transcript of session|原(?:始)?(?:邮件|信件)|邮件原文|未发送的邮件).{0,60}$|^(?:Original message headers|原始邮件头|诊断信息)\s*[:：]/im.exec(
      text,
    );
  return copy === null || copy.index < 40 ? text : text.slice(0, copy.index);
}

function recipientsOfText(mail: InspectedMail): BouncedRecipient[] {
  const report = reportPart(mail.text.slice(0, 50_000));
  const isDelayed =
    /^\s*(?:delivery (?:status notification ?\(delay\)|delayed)|warning|delayed|.{0,20}延迟)/i.test(mail.subject) ||
    /you do not need to resend|will (?:be retried|keep trying|continue to be)|不需要重新发送|(?:系统|我们)?将?(?:会)?继续尝试|this is a warning message only/i.test(
      report,
    );
  const named = namedRecipients(mail, report);
  const action = isDelayed ? 'delayed' : 'failed';
  const statusOf = (reason: string): string | null => {
    const status = statusIn(reason);
    return status !== null && isDelayed && status.startsWith('5') && !reason.includes(status)
      ? `4${status.slice(1)}`
      : status;
  };
  if (named.length <= 1) {
    // The reason may stand below the copy, as in Exchange's diagnostic information.
    const status = statusOf(report) ?? statusOf(mail.text);
    return [{ recipient: named[0] ?? null, status, action, diagnostic: diagnosticIn(report) }];
  }
  return named.map((recipient) => {
    const at = report.indexOf(recipient);
    const ends = named.map((other) => report.indexOf(other, at + recipient.length)).filter((end) => end > at);
    const section = at < 0 ? report : report.slice(at, Math.min(report.length, at + 2_000, ...ends));
    return { recipient, status: statusOf(section) ?? statusOf(report), action, diagnostic: diagnosticIn(section) };
  });
}

function diagnosticIn(text: string): string {
  const line = /^.*\b[45]\d\d[ -].*$/m.exec(text)?.[0] ?? '';
  return line.trim().slice(0, 500);
}

/** Where reports in words name the address, the surest first. */
const recipientPlaces: readonly RegExp[] = [
  // qmail and Postfix: `<someone@example>: reason`.
  /^[^\S\n]{0,20}<([^<>\s@]{1,64}@[^<>\s]{1,255})>[^\S\n]{0,5}(?:\(.{0,100}\)\s*)?:/gm,
  // Exim, Sendmail, Gmail: a line of its own below the sentence.
  /(?:address(?:es)?|recipients?(?: or groups)?|收件人|用户|to)[^\n]{0,80}[:：\-)][^\S\n]{0,20}\n\s{0,40}<?([^\s<>@]{1,64}@[^\s<>:：,，;；)）]{1,255})/gi,
  /(?:message|mail|delivery)[^\n@]{0,60}\b(?:to|for)\b[^\n@]{0,40}?<?([^\s<>@"“'*(（]{1,64}@[^\s<>:：,，;；)）"”'*]{1,255})/gi,
  /(?:收件人|收信人|收件者|发送(?:给|到|至)|投递(?:给|到|至)|送达|传递(?:给|到|至)|寄(?:给|到)|发往|邮件地址|郵件地址|empfänger|recipient|address)[^\n@]{0,40}?[\s:：<（("“'*]*([A-Za-z0-9][^\s<>@:：,，;；（(“"'*\u4e00-\u9fff]{0,63}@[A-Za-z0-9.-]{1,255})/gi,
];

function namedRecipients(mail: InspectedMail, report: string): string[] {
  const failed = addressesIn(mail.headers.get('x-failed-recipients') ?? '');
  if (failed.length > 0) return failed;
  const own = new Set(
    [
      mail.from?.address ?? '',
      ...addressesIn(mail.headers.get('to') ?? ''),
      ...addressesIn(mail.headers.get('cc') ?? ''),
      ...addressesIn(mail.headers.get('delivered-to') ?? ''),
    ].map((address) => address.toLowerCase()),
  );
  const isOther = (address: string): boolean =>
    !own.has(address.toLowerCase()) && !daemon.test(address.split('@')[0] ?? '');
  for (const place of recipientPlaces) {
    const found = [...report.matchAll(place)]
      .slice(0, 100)
      .flatMap((match) => addressesIn(match[1] ?? ''))
      .filter(isOther);
    if (found.length > 0) return unique(found);
  }
  const anywhere = addressesIn(report).filter(isOther);
  if (anywhere.length > 0) return anywhere.slice(0, 1);
  const original = mail.enclosed
    .filter(({ type }) => !type.includes('status'))
    .flatMap(({ fields }) => fields[0]?.get('to') ?? []);
  return unique(original.flatMap(addressesIn)).slice(0, 100);
}

function originalMessageIdOf(mail: InspectedMail): string | null {
  for (const { type, fields } of mail.enclosed) {
    if (/status|notification|feedback/.test(type)) continue;
    const id = messageIdsIn(fields[0]?.get('message-id') ?? '')[0];
    if (id !== undefined) return id;
  }
  const inReport = mail.enclosed
    .flatMap(({ fields }) => fields)
    .flatMap((block) => messageIdsIn(block.get('x-original-message-id') ?? block.get('original-message-id') ?? ''))[0];
  const inText = /^[\s>]*Message-ID\s*[:：]\s*(<[^<>\s]{1,500}>)/im.exec(mail.text.slice(0, 100_000))?.[1];
  return inReport ?? inText ?? mail.inReplyTo[0] ?? mail.references.at(-1) ?? null;
}

function addressesIn(text: string): string[] {
  const found =
    text
      .slice(0, 50_000)
      .match(/[A-Za-z0-9][\w.!#$%&'*+/=?^{|}~-]{0,63}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.){1,8}[A-Za-z0-9-]{1,24}/g) ??
    [];
  return unique(found.slice(0, 1_000));
}

function unique(texts: readonly string[]): string[] {
  return texts.filter(
    (text, index) => texts.findIndex((other) => other.toLowerCase() === text.toLowerCase()) === index,
  );
}
