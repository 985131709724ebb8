import { kindOfColleagueMail } from './kind-of-colleague-mail.js';
import { kindOfCustomerMail } from './kind-of-customer-mail.js';
import type { KindOfMail, MailToJudge } from './mail-to-judge.js';

export type { KindOfMail, MailToJudge } from './mail-to-judge.js';

/** Judges a mail by rules; the first that fits wins, and `reason` names it with the words it saw. */
export function kindOfMail(mail: MailToJudge): KindOfMail {
  const text = mail.text.slice(0, longestText);
  const automatic =
    mail.automatic === undefined ? whyAutomatic(mail.subject, text, mail.headers ?? {}) : mail.automatic;
  if (automatic !== null) return { kind: 'automatic-reply', reason: automatic, waitsForCrash: false };
  if (mail.author === 'colleague') return { ...kindOfColleagueMail(mail, text), waitsForCrash: false };
  return kindOfCustomerMail(mail, text);
}

const longestText = 50_000;

function whyAutomatic(subject: string, text: string, headers: Readonly<Record<string, string>>): string | null {
  const header = (name: string): string => (headers[name] ?? '').trim().toLowerCase();
  // RFC 3834, section 5
  const autoSubmitted = header('auto-submitted');
  if (autoSubmitted !== '' && !autoSubmitted.startsWith('no'))
    return `header Auto-Submitted: ${autoSubmitted.slice(0, 60)}`;
  for (const name of ['x-autoreply', 'x-autorespond', 'x-auto-reply-from']) {
    if (header(name) !== '' && header(name) !== 'no') return `header ${name}: ${header(name).slice(0, 60)}`;
  }
  if (/^(?:bulk|junk|auto_reply)/.test(header('precedence')))
    return `header Precedence: ${header('precedence').slice(0, 60)}`;
  if (header('return-path') === '<>') return 'header Return-Path: <> (a bounce)';
  if (header('content-type').includes('multipart/report'))
    return 'header Content-Type: multipart/report (a delivery report)';
  const said =
    /^\s*(?:自动回复|自動回覆|自动答复|automatic reply|auto[- ]?reply|auto[- ]?response|out of (?:the )?office|undeliverable|undelivered mail|delivery status notification|mail delivery failed|系统退信|退信)(?:[\s:：(（]|$)/i.exec(
      subject.slice(0, 500),
    ) ??
    /这是来自.{0,20}(?:假期)?自动回复|假期自动回复邮件|此(?:邮件|信)(?:为|是)(?:系统)?自动回复|this is an automat(?:ic|ed) (?:reply|response)|i am (?:currently )?out of (?:the )?office/i.exec(
      text.slice(0, 2_000),
    );
  return said ? `it says “${said[0].trim()}”` : null;
}
