import { base64, bytesOf, encoded, word, type MailSample } from './mail-builder.js';

const original =
  'From: CaseRelay <case@support.example>\nTo: nobody@partner.example\nSubject: letter\nMessage-ID: <letter-7@support.example>\nDate: Thu, 7 May 2020 09:47:29 +0800\n\nbody of the letter\n';
const mail = (from: string, subject: string, more: string, body: string | Uint8Array): Buffer =>
  bytesOf(
    `From: ${from}\nTo: case@support.example\nSubject: ${subject}\nDate: Thu, 7 May 2020 09:50:00 +0800\nMessage-ID: <r1@mx.example>\nMIME-Version: 1.0\n${more}\n`,
    body,
  );
const plainZh = 'Content-Type: text/plain; charset=gb18030\nContent-Transfer-Encoding: base64\n';
const zh = (text: string): string => base64(encoded(text, 'gb18030'));
const report = (notice: string, blocks: string, rest = `Content-Type: message/rfc822\n\n${original}`): string =>
  `--r\nContent-Type: text/plain; charset=utf-8\n\n${notice}\n--r\nContent-Type: message/delivery-status\n\n${blocks}\n--r\n${rest}\n--r--\n`;
const reportType =
  'Content-Type: multipart/report; report-type=delivery-status; boundary="r"\nAuto-Submitted: auto-replied\n';
const messageId = '<letter-7@support.example>';
const failed = { status: '5.1.1', recipient: 'nobody@partner.example', permanent: true };

/** Reports of mail servers as they write them. */
export const bounces: MailSample[] = [
  {
    name: 'Postfix, RFC 3464',
    bytes: mail(
      'MAILER-DAEMON@mx.partner.example (Mail Delivery System)',
      'Undelivered Mail Returned to Sender',
      reportType,
      report(
        "This is the mail system at host mx.partner.example.\n\nI'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients.\n\n<nobody@partner.example>: host mx[10.0.0.1] said: 550 5.1.1 <nobody@partner.example>: Recipient address rejected: User unknown",
        'Reporting-MTA: dns; mx.partner.example\nX-Postfix-Queue-ID: 4F1\n\nFinal-Recipient: rfc822; nobody@partner.example\nOriginal-Recipient: rfc822;nobody@partner.example\nAction: failed\nStatus: 5.1.1\nRemote-MTA: dns; mx\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n',
      ),
    ),
    expected: {
      automatic: true,
      kind: 'bounce',
      bounce: { ...failed, originalMessageId: messageId },
      doesNotSay: ['body of the letter', 'Final-Recipient'],
      attachments: [
        { name: 'delivery-status.txt', type: 'message/delivery-status' },
        { name: 'letter.eml', type: 'message/rfc822' },
      ],
    },
  },
  {
    name: 'a delay, RFC 3464',
    bytes: mail(
      'Mail Delivery System <MAILER-DAEMON@mx.example>',
      'Delayed Mail (still being retried)',
      reportType,
      report(
        'THIS IS A WARNING ONLY.',
        'Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; slow@partner.example\nAction: delayed\nStatus: 4.4.1\nDiagnostic-Code: X-Postfix; connect: Connection timed out\nWill-Retry-Until: Tue, 12 May 2020\n',
        `Content-Type: text/rfc822-headers\n\n${original.split('\n\n')[0] ?? ''}\n`,
      ),
    ),
    expected: {
      automatic: true,
      bounce: { status: '4.4.1', recipient: 'slow@partner.example', permanent: false, originalMessageId: messageId },
    },
  },
  {
    name: 'several recipients, one relayed',
    bytes: mail(
      'postmaster@mx.example',
      'Delivery Status Notification',
      reportType,
      report(
        'See report.',
        'Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; ok@partner.example\nAction: relayed\nStatus: 2.1.9\n\nFinal-Recipient: rfc822; full@partner.example\nAction: failed\nStatus: 5.2.2 (mailbox full)\n',
      ),
    ),
    expected: { bounce: { status: '5.2.2', recipient: 'full@partner.example', permanent: true } },
  },
  {
    name: 'Office 365 in English',
    bytes: mail(
      'Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@contoso.example>',
      'Undeliverable: letter',
      'Content-Type: multipart/report; report-type=delivery-status; boundary="r"\nX-MS-Exchange-Message-Is-Ndr:\nAuto-Submitted: auto-replied\nIn-Reply-To: <letter-7@support.example>\n',
      report(
        "Your message to nobody@partner.example couldn't be delivered.\n\nnobody wasn't found at partner.example.",
        'Reporting-MTA: dns;mail.contoso.example\n\nFinal-recipient: RFC822; nobody@partner.example\nAction: failed\nStatus: 5.1.10\nDiagnostic-code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found\n',
      ),
    ),
    expected: { kind: 'bounce', bounce: { status: '5.1.10', recipient: 'nobody@partner.example', permanent: true } },
  },
  {
    name: 'Exchange in Chinese, without a report part',
    bytes: mail(
      `${word('Microsoft Outlook')} <postmaster@contoso.example>`,
      word('未送达: letter', 'gb2312'),
      `Return-Path: <>\n${plainZh}`,
      zh(
        '无法将邮件发送给以下收件人或组:\r\n\r\nnobody@partner.example (nobody@partner.example)<mailto:nobody@partner.example>\r\n你输入的电子邮件地址找不到。请检查收件人的电子邮件地址，然后尝试重新发送邮件。\r\n\r\n供管理员参考的诊断信息:\r\n生成服务器: mx.contoso.example\r\nnobody@partner.example\r\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\r\n原始邮件头:\r\nMessage-ID: <letter-7@support.example>\r\n',
      ),
    ),
    expected: { automatic: true, bounce: { ...failed, originalMessageId: messageId } },
  },
  {
    name: 'QQ mail',
    bytes: mail(
      '"PostMaster" <PostMaster@qq.com>',
      word('来自PostMaster@qq.com的退信', 'gb18030'),
      plainZh,
      zh(
        '很抱歉您发送的邮件被退回，以下是该邮件的相关信息：\r\n被退回邮件\t主 题：letter\r\n时 间：2020-05-07 09:47:29\r\n无法发送到 123456@qq.com\r\n退信原因\t收件人邮件地址（123456@qq.com）不存在，邮件无法送达。\r\nhost qq.com said: 550 Mailbox not found\r\n解决方案\t请联系您的收件人，重新核实邮箱地址',
      ),
    ),
    expected: {
      automatic: true,
      kind: 'bounce',
      bounce: { status: '5.1.1', recipient: '123456@qq.com', permanent: true },
    },
  },
  {
    name: 'NetEase',
    bytes: mail(
      'Postmaster@163.com',
      word('系统退信', 'gbk'),
      plainZh,
      zh(
        '抱歉，您的邮件被退回来了……\r\n原邮件信息：\r\n时间：2020-05-07 09:47:29\r\n主题：letter\r\n收件人：missing@163.com\r\n退信原因：\r\n550 User not found: missing@163.com\r\nSMTP error, RCPT TO: 550 User not found: missing@163.com\r\n建议解决方案：\r\n收件人帐号不存在',
      ),
    ),
    expected: { bounce: { status: '5.1.1', recipient: 'missing@163.com', permanent: true } },
  },
  {
    name: 'Aliyun',
    bytes: mail(
      '"postmaster" <postmaster@mail.aliyun.example>',
      word('系统退信/The email is returned', 'utf-8'),
      'Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n',
      base64(
        Buffer.from(
          '抱歉，您的邮件未能送达以下收件人：\n\n收件人：full@partner.example\n\n错误信息：552 Quota exceeded\n\nReturn reason: mailbox is full',
        ),
      ),
    ),
    expected: { bounce: { status: '5.2.2', recipient: 'full@partner.example', permanent: true } },
  },
  {
    name: 'Tencent exmail, refused as spam',
    bytes: mail(
      '<postmaster@exmail.example>',
      word('邮件退回'),
      'Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n',
      base64(
        Buffer.from(
          '<div>您发给 <b>boss@partner.example</b> 的邮件被退回。</div><div>退信原因：host mx said: 550 5.7.1 Mail content denied, 被判定为垃圾邮件</div>',
        ),
      ),
    ),
    expected: { bounce: { status: '5.7.1', recipient: 'boss@partner.example', permanent: true } },
  },
  {
    name: 'qmail',
    bytes: mail(
      'MAILER-DAEMON@mx.partner.example',
      'failure notice',
      '',
      `Hi. This is the qmail-send program at mx.partner.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<nobody@partner.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <case@support.example>\n${original}`,
    ),
    expected: { bounce: { ...failed, originalMessageId: messageId }, automatic: true },
  },
  {
    name: 'Exim',
    bytes: mail(
      'Mail Delivery System <Mailer-Daemon@mx.example>',
      'Mail delivery failed: returning message to sender',
      'X-Failed-Recipients: nobody@partner.example\nAuto-Submitted: auto-replied\n',
      `This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  nobody@partner.example\n    host mx.partner.example [10.0.0.1]\n    SMTP error from remote mail server after RCPT TO:<nobody@partner.example>:\n    550 unknown user\n\n------ This is a copy of the message, including all the headers. ------\n\n${original}`,
    ),
    expected: { bounce: { ...failed, originalMessageId: messageId } },
  },
  {
    name: 'Sendmail, without a report',
    bytes: mail(
      'Mail Delivery Subsystem <MAILER-DAEMON@mx.example>',
      'Returned mail: see transcript for details',
      '',
      `The original message was received at Thu, 7 May 2020 09:47:29 +0800\nfrom localhost\n\n   ----- The following addresses had permanent fatal errors -----\n<nobody@partner.example>\n    (reason: 550 5.1.1 <nobody@partner.example>... User unknown)\n\n   ----- Transcript of session follows -----\n... while talking to mx.partner.example.:\n>>> DATA\n<<< 550 5.1.1 <nobody@partner.example>... User unknown\n`,
    ),
    expected: { bounce: failed },
  },
  {
    name: 'Gmail',
    bytes: mail(
      'Mail Delivery Subsystem <mailer-daemon@googlemail.example>',
      'Delivery Status Notification (Failure)',
      'X-Failed-Recipients: nobody@partner.example\nAuto-Submitted: auto-replied\nIn-Reply-To: <letter-7@support.example>\nReferences: <letter-7@support.example>\nContent-Type: text/plain; charset=utf-8\n',
      "** Address not found **\n\nYour message wasn't delivered to nobody@partner.example because the address couldn't be found, or is unable to receive mail.\n\nThe response was:\n550 5.1.1 The email account that you tried to reach does not exist.\n",
    ),
    expected: { bounce: { ...failed, originalMessageId: messageId } },
  },
  {
    name: 'only an SMTP reply: mailbox full for now',
    bytes: mail(
      'postmaster@mx.example',
      'Mail delivery failed',
      'Return-Path: <>\n',
      'Your message could not be delivered to full@partner.example.\nRemote server said: 452 mailbox full\n',
    ),
    expected: { bounce: { status: '4.2.2', recipient: 'full@partner.example', permanent: false } },
  },
  {
    name: 'only words: unknown domain',
    bytes: mail(
      'MAILER-DAEMON@mx.example',
      'failure notice',
      '',
      "Hi. This is the qmail-send program at mx.example.\n\n<a@nowhere.example>:\nSorry, I couldn't find any host named nowhere.example. (#5.1.2)\n",
    ),
    expected: { bounce: { status: '5.1.2', recipient: 'a@nowhere.example', permanent: true } },
  },
  {
    name: 'a person forwards a bounce',
    bytes: mail(
      'Jane <jane@partner.example>',
      'Fwd: Undelivered Mail Returned to Sender',
      '',
      'I got this back, what is wrong?\n\nYour message could not be delivered to nobody@partner.example: 550 5.1.1 unknown\n',
    ),
    expected: { automatic: false, bounce: null },
  },
  {
    name: 'a person writes about returned mail',
    bytes: mail(
      `${word('王芳')} <wang@partner.example>`,
      word('退信问题'),
      'Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n',
      base64(Buffer.from('您好，昨天发给你们的邮件被退回了，提示550，请问是什么原因？')),
    ),
    expected: { automatic: false, bounce: null },
  },
];

/** Mails that programs send in the name of people, and mails of people that look like them. */
export const automaticMails: MailSample[] = [
  {
    name: 'Exchange out of office',
    bytes: mail(
      'Jane <jane@partner.example>',
      'Automatic reply: letter',
      'Auto-Submitted: auto-generated\nX-Auto-Response-Suppress: All\nPrecedence: bulk\n',
      'I am away.',
    ),
    expected: { automatic: true, kind: 'automatic-reply', bounce: null },
  },
  {
    name: 'QQ vacation reply without any header',
    bytes: mail(
      '12345@qq.com',
      word('自动回复:letter', 'gb18030'),
      plainZh,
      zh(
        '您好，这是来自QQ邮箱的假期自动回复邮件。您好，我最近正在休假中，无法亲自回复您的邮件。我将在假期结束后，尽快给您回复。',
      ),
    ),
    expected: { automatic: true, kind: 'automatic-reply' },
  },
  {
    name: 'a vacation reply that only its text gives away',
    bytes: mail('12345@qq.com', word('Re: letter'), plainZh, zh('这是来自QQ邮箱的假期自动回复邮件。\r\n我在休假')),
    expected: { automatic: true },
  },
  {
    name: 'NetEase',
    bytes: mail('a@163.com', word('自动回复: 回复: 案例', 'gbk'), plainZh, zh('您好，您的邮件我已收到。')),
    expected: { automatic: true },
  },
  {
    name: 'German absence',
    bytes: mail('h@partner.example', 'Abwesenheitsnotiz: Absturz', '', 'Ich bin bis 20.5. nicht im Haus.'),
    expected: { automatic: true },
  },
  {
    name: 'English absence by its words alone',
    bytes: mail(
      'j@partner.example',
      'Re: letter',
      '',
      'Hello,\n\nI am out of the office until 20 May with limited access to e-mail. For urgent matters please contact Bob.\n\nJane',
    ),
    expected: { automatic: true, kind: 'automatic-reply' },
  },
  {
    name: 'Chinese absence by its words alone',
    bytes: mail(
      'j@partner.example',
      word('回复: 案例'),
      plainZh,
      zh('您好！我正在休假，5月20日返回公司，期间无法及时回复邮件。如有紧急事宜请联系李工 13800000000。'),
    ),
    expected: { automatic: true },
  },
  {
    name: 'a receipt of reading',
    bytes: mail(
      'j@partner.example',
      'Read: letter',
      'Content-Type: multipart/report; report-type=disposition-notification; boundary="r"\n',
      '--r\n\nYour message was read.\n--r\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822;j@partner.example\nDisposition: manual-action/MDN-sent-manually; displayed\n--r--\n',
    ),
    expected: { automatic: true, bounce: null },
  },
  {
    name: 'a newsletter',
    bytes: mail('news@shop.example', 'Offers', 'List-Unsubscribe: <mailto:u@shop.example>\nPrecedence: bulk\n', 'Buy'),
    expected: { automatic: true, kind: 'list', bounce: null },
  },
  {
    name: 'our own letter comes back',
    bytes: bytesOf('From: CaseRelay <case@support.example>\nTo: case@support.example\nSubject: x\n\nx'),
    expected: { automatic: true, kind: 'loop' },
  },
  {
    name: 'nobody reads its answers',
    bytes: mail('noreply@portal.example', 'Ticket 4711', '', 'Your ticket was updated.'),
    expected: { automatic: true },
  },
  {
    name: 'a person got an automatic reply',
    bytes: mail(
      'j@partner.example',
      'Re: Automatic reply: letter',
      '',
      'I got your automatic reply. When does the engineer come back?',
    ),
    expected: { automatic: false },
  },
  {
    name: 'a person got one, in Chinese',
    bytes: mail(
      'j@partner.example',
      word('回复: 自动回复: 案例'),
      plainZh,
      zh('收到你们的自动回复邮件了，请问什么时候能处理？'),
    ),
    expected: { automatic: false },
  },
  {
    name: 'a person says what else happens while away',
    bytes: mail(
      'j@partner.example',
      'Re: letter',
      '',
      'The dump is uploaded to the SFTP server now, please have a look at it. I am out of the office until Monday, please contact Bob for urgent matters.',
    ),
    expected: { automatic: false },
  },
  {
    name: 'a person complains of automatic replies',
    bytes: mail(
      'j@partner.example',
      word('自动回复功能坏了'),
      plainZh,
      zh('我们Exchange的自动回复功能坏了，请帮忙看看。'),
    ),
    expected: { automatic: false },
  },
  {
    name: 'a header that says that it is not automatic',
    bytes: mail('j@partner.example', 'crash', 'Auto-Submitted: no\n', 'It crashed.'),
    expected: { automatic: false },
  },
  {
    name: 'an engineer on a trip asks for something',
    bytes: mail('j@partner.example', word('蓝屏'), plainZh, zh('我明天出差，后天回来。日志已经上传，请尽快分析。')),
    expected: { automatic: false },
  },
];
