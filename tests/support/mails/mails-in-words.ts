import type { MailSample } from './mail-builder.js';

const html = 'Content-Type: text/html; charset=utf-8\r\n';
const mail = (from: string, subject: string, body: string, more = ''): Buffer =>
  Buffer.from(
    `From: ${from}\r\nTo: case@support.example\r\nSubject: ${subject}\r\nDate: Thu, 7 May 2020 09:50:00 +0800\r\nMessage-ID: <r1@mx.example>\r\n${more}\r\n${body.replace(/\r?\n/g, '\r\n')}`,
  );

const reports: [name: string, bytes: Buffer, recipient: string, status: string | null][] = [
  [
    'yahoo',
    mail(
      'MAILER-DAEMON@yahoo.com',
      'Failure Notice',
      'Sorry, we were unable to deliver your message to the following address.\n\n<bob@yahoo.com>:\n554: delivery error: dd Sorry your message to bob@yahoo.com cannot be delivered. This mailbox is disabled (554.30).\n\n--- Below this line is a copy of the message.\n\nMessage-ID: <abc@support.example>',
    ),
    'bob@yahoo.com',
    '5.2.1',
  ],
  [
    'domino',
    mail(
      'Postmaster@corp.example',
      'DELIVERY FAILURE: User hans (hans@corp.example) not listed in Domino Directory',
      'Your message\n\n  Subject: Blue screen\n\nwas not delivered to:\n\n  hans@corp.example\n\nbecause:\n\n  User hans (hans@corp.example) not listed in Domino Directory\n',
    ),
    'hans@corp.example',
    '5.1.1',
  ],
  [
    'mdaemon',
    mail(
      'MDaemon at corp.example <MDaemon@corp.example>',
      'Permanent Delivery Failure',
      'The attached message had PERMANENT fatal delivery errors!\n\nAfter one or more unsuccessful delivery attempts the attached message has\nbeen removed from the mail queue on this server.\n\n  From      : case@support.example\n  Subject   : x\n\nFailed address: eve@corp.example\n\n--- Session Transcript ---\n <-- 550 5.1.1 User unknown',
    ),
    'eve@corp.example',
    '5.1.1',
  ],
  [
    'exch55',
    mail(
      'System Administrator <postmaster@corp.example>',
      'Undeliverable: Blue screen',
      'Your message\n\n  To:      kim@corp.example\n  Subject: Blue screen\n  Sent:    Thu, 7 May 2020 09:47:29 +0800\n\ndid not reach the following recipient(s):\n\nkim@corp.example on Thu, 7 May 2020 09:49:00 +0800\n    The e-mail account does not exist at the organization this message was sent to.\n        <mx.corp.example #5.1.1 smtp;550 5.1.1 unknown>',
    ),
    'kim@corp.example',
    '5.1.1',
  ],
  [
    'o365 zh',
    mail(
      'Microsoft Outlook <postmaster@corp.partner.onmschina.cn>',
      '无法送达: 蓝屏',
      '你发送给 liu@corp.example 的邮件无法送达。\n\n在 corp.example 上找不到 liu。\n\ncase\tOffice 365\tliu\n需要采取措施\t\t收件人\n未知的“收件人”地址\n\n错误: 550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup',
    ),
    'liu@corp.example',
    '5.1.10',
  ],
  [
    'exch2010 zh',
    mail(
      'Microsoft Exchange <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@corp.example>',
      '未传递: 蓝屏',
      '传递到以下收件人或通讯组列表失败:\n\nzhao@corp.example<mailto:zhao@corp.example>\n收件人的邮箱已满，目前无法接收邮件。Microsoft Exchange 将不再尝试传递此邮件。\n\n用于管理员的诊断信息:\n\n正在生成服务器: corp.example\n\nzhao@corp.example\n#554 5.2.2 mailbox full ##',
    ),
    'zhao@corp.example',
    '5.2.2',
  ],
  [
    'qq html',
    mail(
      '"PostMaster" <PostMaster@qq.com>',
      '系统退信',
      '<html><body><table><tr><td>很抱歉您发送的邮件被退回，以下是该邮件的相关信息：</td></tr><tr><td>被退回邮件</td><td><table><tr><td>主 题：</td><td>蓝屏</td></tr><tr><td>时 间：</td><td>2020-05-07 09:47:29</td></tr></table></td></tr><tr><td>无法发送到</td><td>zhang_nobody@126.com</td></tr><tr><td>退信原因</td><td>收件人邮件地址（zhang_nobody@126.com）不存在，邮件无法送达。<br>host 126mx01.mxmail.netease.com[220.181.15.141] said: 550 User not found: zhang_nobody@126.com (in reply to RCPT TO command)</td></tr></table></body></html>',
      html,
    ),
    'zhang_nobody@126.com',
    '5.1.1',
  ],
  [
    'qq spam',
    mail(
      'PostMaster@qq.com',
      '系统退信',
      '很抱歉您发送的邮件被退回\n无法发送到 boss@gmail.com\n退信原因 该邮件内容涉嫌大量群发，并且被多数用户投诉为垃圾邮件。\nhost gmail-smtp-in.l.google.com[74.125.1.1] said: 550-5.7.1 [1.2.3.4] Our system has detected that this message is likely unsolicited mail.',
    ),
    'boss@gmail.com',
    '5.7.1',
  ],
  [
    'netease html',
    mail(
      'Postmaster@163.com',
      '系统退信',
      '<div>抱歉，您的邮件被退回来了……</div><div>原邮件信息：</div><table><tr><td>时 间</td><td>2020-05-07 09:47:29</td></tr><tr><td>主 题</td><td>蓝屏</td></tr><tr><td>收件人</td><td>noone@foxmail.com</td></tr></table><div>退信原因：</div><div>收件人邮箱不存在或者已经被停用</div><div>英文说明:SMTP error, RCPT TO: Host foxmail.com(183.57.48.35) said RCPT TO error: 550 Mailbox not found. http://service.mail.qq.com</div>',
      html,
    ),
    'noone@foxmail.com',
    '5.1.1',
  ],
  [
    'netease domain',
    mail(
      'Postmaster@126.com',
      '系统退信',
      '抱歉，您的邮件被退回来了……\n原邮件信息：\n时 间 2020-05-07\n主 题 蓝屏\n收件人 li@corp-typo.example\n退信原因：\n找不到域名 corp-typo.example，请检查收件人地址',
    ),
    'li@corp-typo.example',
    '5.1.2',
  ],
  [
    'aliyun',
    mail(
      '"系统管理员" <postmaster@corp.example>',
      '退信通知：蓝屏',
      '尊敬的用户，您好！\n您的邮件投递失败，详情如下：\n邮件主题：蓝屏\n收件人：sun@corp.example\n失败原因：Connection timed out\n系统已尝试多次投递，放弃投递。',
    ),
    'sun@corp.example',
    null,
  ],
  [
    'coremail',
    mail(
      'postmaster@univ.example',
      '系统退信 / Systems bounce',
      '很遗憾，您发送的邮件未能成功送达。\n\n收件人：wu@corp.example\n错误代码：552\n错误描述：Message size exceeds fixed limit',
    ),
    'wu@corp.example',
    '5.3.4',
  ],
  [
    'google delay',
    mail(
      'Mail Delivery Subsystem <mailer-daemon@googlemail.com>',
      'Delivery Status Notification (Delay)',
      "** Delivery incomplete **\n\nThere was a temporary problem delivering your message to slow@corp.example. Gmail will retry for 45 more hours. You'll be notified if the delivery fails permanently.\n\nThe response was:\n\nThe recipient server did not accept our requests to connect. [corp.example 1.2.3.4: timed out]",
      'X-Failed-Recipients: slow@corp.example\r\n',
    ),
    'slow@corp.example',
    '4.4.1',
  ],
  [
    'exim german',
    mail(
      'Mail Delivery System <mailer-daemon@kundenserver.example>',
      'Mail delivery failed: returning message to sender',
      'This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of\nits recipients. The following addresses failed:\n\n<bob@gmx.example>\n\nSMTP error from remote server for RCPT TO command, host: mx00.gmx.example (1.2.3.4) reason: 550 Requested action not taken: mailbox unavailable\n\n--- The header of the original message is following. ---\n\nMessage-ID: <letter9@support.example>',
    ),
    'bob@gmx.example',
    '5.1.1',
  ],
  [
    'german subject',
    mail(
      'Postmaster <postmaster@firma.example>',
      'Unzustellbar: Absturz',
      'Ihre Nachricht an karl@firma.example konnte nicht zugestellt werden.\n\nDer Empfänger karl ist unbekannt.\n550 5.1.1 unknown',
    ),
    'karl@firma.example',
    '5.1.1',
  ],
  [
    'local part from',
    mail(
      'MAILER-DAEMON (Mail Delivery System)',
      'Undelivered Mail Returned to Sender',
      'This is the mail system at host x.\n\n<q@corp.example>: host mx.corp.example[1.2.3.4] said: 550 5.7.1 Blocked by policy (in reply to RCPT TO command)',
    ),
    'q@corp.example',
    '5.7.1',
  ],
  [
    'ses',
    mail(
      'MAILER-DAEMON@amazonses.com',
      'Delivery Status Notification (Failure)',
      'An error occurred while trying to deliver the mail to the following recipients:\nrob@corp.example',
    ),
    'rob@corp.example',
    null,
  ],
  [
    'sina',
    mail(
      'MAILER-DAEMON@sina.com',
      '系统退信',
      '您好：\n您发给 ma@corp.example 的邮件，由于以下原因未能发送成功：\nSMTP error: 550 5.1.1 no such user\n',
    ),
    'ma@corp.example',
    '5.1.1',
  ],
  [
    '139',
    mail(
      '系统管理员 <postmaster@139.com>',
      '邮件发送失败通知',
      '您于2020-05-07发往he@corp.example的邮件发送失败。原因：对方邮箱空间已满。',
    ),
    'he@corp.example',
    '5.2.2',
  ],
];

const letters: [isAutomatic: 0 | 1, subject: string, text: string][] = [
  [1, 'Out of Office Re: Blue screen', 'I am away until Monday.'],
  [1, 'Out of the office: Blue', 'x'],
  [1, 'OOO Re: x', 'x'],
  [1, 'AutoReply: Re: x', 'x'],
  [1, 'Auto: Re: x', 'x'],
  [1, 'Auto-Re: x', 'x'],
  [1, 'Réponse automatique : x', 'Bonjour'],
  [1, '[自动回复]案例', '您好'],
  [1, '【自动回复】Re: 案例', '您好'],
  [1, '自动回复：Re: 案例', '您好'],
  [1, '自動回覆: 案例', '您好'],
  [1, 'Re: x', 'This is an automated response. We have received your e-mail.'],
  [1, 'Re: 案例', '感谢来信，邮件已收到，我会尽快回复您！（自动回复）'],
  [1, 'Re: 案例', '您好，这是一封自动回复邮件，我正在外出，会尽快处理。'],
  [1, 'Re: 案例', '我现在不在办公室，有事请拨打13900000000，邮件会在返回后处理。'],
  [
    1,
    'Re: x',
    'Thank you for your email. I am currently on annual leave and will be back on 18 May. I will reply to your message on my return. For urgent issues contact helpdesk@corp.example.\n\nKind regards,\nJohn',
  ],
  [
    1,
    'Re: x',
    "Hi,\nThanks for your message. I'm travelling this week with intermittent access to email, so my reply may be delayed. If it's urgent, please call my mobile.\nBest, Ann",
  ],
  [
    1,
    'Re: Absturz',
    'Vielen Dank für Ihre Nachricht. Ich bin vom 4. bis 15. Mai im Urlaub und habe keinen Zugriff auf meine E-Mails. In dringenden Fällen wenden Sie sich bitte an Herrn Maier.',
  ],
  [1, 'Abwesenheit: Absturz', 'x'],
  [1, 'Automatische Antwort: x', 'x'],
  [
    1,
    '[Ticket#123] x',
    'Your request (123) has been received and is being reviewed by our support staff. To add comments, reply to this email.',
  ],
  [1, '系统通知', '本邮件由系统自动发送，请勿直接回复。您的工单已更新。'],
  [0, 'Re: x', 'Thanks, got it. Your auto reply said the engineer is back on Monday, right?'],
  [0, 'Re: 案例', '收到贵公司自动回复，谢谢。请问进展如何？'],
  [0, '出差', '下周我出差，请把服务器的分析结果先发给李工，蓝屏又出现了两次。'],
  [0, 'Re: x', 'I was out of the office last week. The crash happened again on Tuesday, new dump is attached.'],
  [
    0,
    'Undeliverable mails in Outlook',
    'Since the update our users get undeliverable messages when they send to external recipients. Can you help?',
  ],
  [0, '退信问题咨询', '我们公司给外部发邮件总是被退信，提示 550 5.7.1，怎么解决？'],
  [0, '自动重启', '服务器自动重启，系统自动生成了dump文件，请分析。'],
  [0, 'Re: x', 'The system automatically generated this message box: "do not reply"'],
  [0, 'failed: update KB4551762', 'The update failed with 0x800705b4. What now?'],
  [0, 'Warning: disk errors before blue screen', 'We saw event 153.'],
  [0, '发送失败', '附件太大发送失败，我改用SFTP上传。'],
  [0, 'Re: letter', 'The dump is attached. I am out of the office until Monday. Please contact Bob.'],
  [0, 'Re: vacation', 'I am on vacation from Monday. Before that I can still test: which driver should I remove?'],
  [0, '蓝屏', '日志系统自动发送到服务器失败，请勿重启服务器。'],
  [0, 'Delivery of dump', 'The dump was delivered to your SFTP.'],
];

/** Bounces that say in words alone what happened, as many servers write them; headers are raw UTF-8. */
export const bouncesInWords: MailSample[] = reports.map(([name, bytes, recipient, status]) => ({
  name,
  bytes,
  expected: { automatic: true, kind: 'bounce', bounce: { recipient, ...(status !== null && { status }) } },
}));

/** Mails of people, and of programs that write in their name: none has a header that tells which. */
export const automaticInWords: MailSample[] = letters.map(([isAutomatic, subject, text]) => ({
  name: `${subject}: ${text.slice(0, 60)}`,
  bytes: mail('Jane <jane@corp.example>', subject, text),
  expected: { automatic: isAutomatic === 1, bounce: null },
}));
