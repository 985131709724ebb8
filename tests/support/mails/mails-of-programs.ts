import { base64, binary, bytesOf, encoded, head, quotedPrintable, word, type MailSample } from './mail-builder.js';

const log = encoded('2020-05-07 09:47 蓝屏\r\n第二行\r\n', 'gbk');
const picture = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), binary(300, 7)]);

const outlookHtml = (body: string): string =>
  `<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"><head>
<meta http-equiv="Content-Type" content="text/html; charset=gb2312"><!--[if !mso]><style>v\\:* {behavior:url(#default#VML);}</style><![endif]-->
<style><!-- /* Font Definitions */ @font-face {font-family:宋体;} p.MsoNormal {margin:0cm;} --></style>
<!--[if gte mso 9]><xml><o:shapedefaults v:ext="edit" spidmax="1026" /></xml><![endif]--></head>
<body lang=ZH-CN link="#0563C1"><div class=WordSection1>${body}</div></body></html>`;

/** Mails as widespread programs build them. */
export const mailsOfPrograms: MailSample[] = [
  {
    name: 'a web mailer: paragraphs in items of a list, text behind a paragraph',
    bytes: bytesOf(
      head('x', 'Content-Type: text/html; charset=utf-8\n'),
      '\n<ul><li><p>one</p></li><li><p>two</p></li></ul><p>three</p>four',
    ),
    expected: { text: '- one\n- two\n\nthree\n\nfour' },
  },
  {
    name: 'Outlook 2016 in Chinese, alternative in gb2312, base64',
    bytes: bytesOf(
      `Received: from mail.contoso.example\n\tby mx.support.example; Thu, 7 May 2020 09:47:31 +0800\nFrom: ${word('张伟', 'gb2312')} <zhang.wei@contoso.example>\nTo: ${word('技术支持', 'gb2312')} <case@support.example>\nCc: "${word('李 娜', 'gb2312')}" <li.na@contoso.example>,\n\t'wang@contoso.example'\nSubject: ${word('答复: 服务器蓝屏', 'gb2312')}\nDate: Thu, 7 May 2020 09:47:29 +0800\nMessage-ID: <001a01d62412$8f3a$ad$@contoso.example>\nMIME-Version: 1.0\nContent-Type: multipart/alternative;\n\tboundary="----=_NextPart_000_001B_01D62455.9D7C2F80"\nX-Mailer: Microsoft Outlook 16.0\nThread-Index: AdYkEo+\nContent-Language: zh-cn\n\nThis is a multipart message in MIME format.\n\n------=_NextPart_000_001B_01D62455.9D7C2F80\nContent-Type: text/plain;\n\tcharset="gb2312"\nContent-Transfer-Encoding: base64\n\n`,
      base64(encoded('您好，\r\n\r\n已上传完整转储。\r\n\r\n张伟\r\n', 'gb2312')),
      `\n------=_NextPart_000_001B_01D62455.9D7C2F80\nContent-Type: text/html;\n\tcharset="gb2312"\nContent-Transfer-Encoding: quoted-printable\n\n`,
      quotedPrintable(encoded(outlookHtml('<p class=MsoNormal>您好，<o:p></o:p></p>'), 'gb2312'), true),
      `\n------=_NextPart_000_001B_01D62455.9D7C2F80--\n`,
    ),
    expected: {
      from: { name: '张伟', address: 'zhang.wei@contoso.example' },
      to: ['case@support.example'],
      cc: ['li.na@contoso.example', 'wang@contoso.example'],
      subject: '答复: 服务器蓝屏',
      text: '您好，\n\n已上传完整转储。\n\n张伟',
      attachments: [],
      automatic: false,
      date: '2020-05-07T01:47:29.000Z',
      messageId: '<001a01d62412$8f3a$ad$@contoso.example>',
      damage: [],
    },
  },
  {
    name: 'Outlook, HTML alone with lists made of paragraphs and a table',
    bytes: bytesOf(
      head(
        word('Blue screen — SQL01'),
        'Content-Type: text/html; charset="us-ascii"\nContent-Transfer-Encoding: quoted-printable\n',
      ),
      '\n',
      quotedPrintable(
        Buffer.from(
          outlookHtml(
            "<p class=MsoNormal>Hello,<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoListParagraph style='text-indent:-18.0pt'><![if !supportLists]><span>1.<span>&nbsp;&nbsp; </span></span><![endif]>Server rebooted<o:p></o:p></p><p class=MsoListParagraph><![if !supportLists]>2.&nbsp;<![endif]>No dump<o:p></o:p></p><table class=MsoTableGrid><tr><td><p class=MsoNormal>Host</p></td><td><p class=MsoNormal>SQL01</p></td></tr><tr><td><p class=MsoNormal>Build</p></td><td><p class=MsoNormal>17763</p></td></tr></table>",
          ).replace('宋体', 'SimSun'),
        ),
        true,
      ),
    ),
    expected: {
      subject: 'Blue screen — SQL01',
      says: ['Hello,', '1.', 'Server rebooted', 'No dump', 'Host\tSQL01', 'Build\t17763'],
      doesNotSay: ['font-face', 'MsoNormal', 'shapedefaults', 'o:p', 'supportLists', 'behavior'],
      attachments: [],
    },
  },
  {
    name: 'Foxmail 7 with an attachment named in gb18030, related picture',
    bytes: bytesOf(
      `Date: Thu, 7 May 2020 10:02:11 +0800\nFrom: "=?gb18030?B?${encoded('王芳', 'gb18030').toString('base64')}?=" <wangfang@partner.example>\nTo: case <case@support.example>\nSubject: =?gb18030?B?${encoded('回复: 采集的日志', 'gb18030').toString('base64')}?=\nX-Priority: 3\nX-Mailer: Foxmail 7.2.19.158[cn]\nMime-Version: 1.0\nMessage-ID: <202005071002108394612@partner.example>\nContent-Type: multipart/mixed;\n\tboundary="----=_001_NextPart613742108421_=----"\n\nThis is a multi-part message in MIME format.\n\n------=_001_NextPart613742108421_=----\nContent-Type: multipart/related;\n\tboundary="----=_002_NextPart318212354786_=----"\n\n------=_002_NextPart318212354786_=----\nContent-Type: multipart/alternative;\n\tboundary="----=_003_NextPart840722358130_=----"\n\n------=_003_NextPart840722358130_=----\nContent-Type: text/plain;\n\tcharset="GB2312"\nContent-Transfer-Encoding: base64\n\n`,
      base64(encoded('日志见附件。\r\n', 'gb2312')),
      `\n\n------=_003_NextPart840722358130_=----\nContent-Type: text/html;\n\tcharset="GB2312"\nContent-Transfer-Encoding: quoted-printable\n\n`,
      quotedPrintable(
        encoded('<html><body><div>日志见附件。</div><img src="cid:_Foxmail.1@6c9a"></body></html>', 'gb2312'),
      ),
      `\n------=_003_NextPart840722358130_=------\n\n------=_002_NextPart318212354786_=----\nContent-Type: image/png;\n\tname="InsertPic_.png"\nContent-Transfer-Encoding: base64\nContent-ID: <_Foxmail.1@6c9a>\n\n`,
      base64(picture),
      `\n------=_002_NextPart318212354786_=------\n\n------=_001_NextPart613742108421_=----\nContent-Type: application/octet-stream;\n\tname="=?gb18030?B?${encoded('蓝屏日志0507.txt', 'gb18030').toString('base64')}?="\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment;\n\tfilename="=?gb18030?B?${encoded('蓝屏日志0507.txt', 'gb18030').toString('base64')}?="\n\n`,
      base64(log),
      `\n------=_001_NextPart613742108421_=------\n`,
    ),
    expected: {
      from: { name: '王芳', address: 'wangfang@partner.example' },
      subject: '回复: 采集的日志',
      text: '日志见附件。',
      attachments: [
        { name: 'InsertPic_.png', type: 'image/png', content: picture },
        { name: '蓝屏日志0507.txt', type: 'application/octet-stream', content: log },
      ],
      damage: [],
    },
  },
  {
    name: 'QQ mail: words with spaces around them, content type with three parameters, tencent Message-ID',
    bytes: bytesOf(
      `From: "=?gb18030?B?${encoded('小明', 'gb18030').toString('base64')}?=" <12345678@qq.com>\nTo: "=?gb18030?B?${encoded('技术支持', 'gb18030').toString('base64')}?=" <case@support.example>\nSubject: =?gb18030?B?${encoded('回复：', 'gb18030').toString('base64')}?= [CAS-02227-X4W1B1]\nMime-Version: 1.0\nContent-Type: multipart/alternative;\n boundary="----=_NextPart_5EB36D71_0D7E5E20_0A8E7E9C"\nContent-Transfer-Encoding: 8Bit\nDate: Thu, 7 May 2020 10:09:21 +0800\nX-Priority: 3\nMessage-ID: <tencent_5B0C6F1A5B0C6F1A@qq.com>\nX-QQ-MIME: TCMime 1.0 by Tencent\n\nThis is a multi-part message in MIME format.\n\n------=_NextPart_5EB36D71_0D7E5E20_0A8E7E9C\nContent-Type: text/plain;\n\tcharset="gb18030"\nContent-Transfer-Encoding: base64\n\n`,
      base64(
        encoded(
          'DMP已上传至FTP，请查看\r\n\r\n\r\n------------------&nbsp;原始邮件&nbsp;------------------\r\n发件人: "一线工程师"',
          'gb18030',
        ),
      ),
      `\n\n------=_NextPart_5EB36D71_0D7E5E20_0A8E7E9C\nContent-Type: text/html;\n\tcharset="gb18030"\nContent-Transfer-Encoding: base64\n\n`,
      base64(
        encoded(
          '<div>DMP已上传至FTP，请查看</div><div><br></div><div style="font-size: 12px;font-family: Arial Narrow;padding:2px 0 2px 0;">------------------&nbsp;原始邮件&nbsp;------------------</div>',
          'gb18030',
        ),
      ),
      `\n\n------=_NextPart_5EB36D71_0D7E5E20_0A8E7E9C--\n`,
    ),
    expected: {
      from: { name: '小明', address: '12345678@qq.com' },
      subject: '回复： [CAS-02227-X4W1B1]',
      says: ['DMP已上传至FTP，请查看'],
      messageId: '<tencent_5B0C6F1A5B0C6F1A@qq.com>',
    },
  },
  {
    name: 'NetEase 163 (Coremail), GBK, nested parts',
    bytes: bytesOf(
      `Received: from 163.com (unknown)\nFrom: =?GBK?B?${encoded('陈工', 'gbk').toString('base64')}?= <chen_gong@163.com>\nTo: case@support.example\nSubject: =?GBK?Q?=B9=CA=D5=CF=B1=A8=B8=E6?=\nX-Priority: 3\nX-Mailer: Coremail Webmail Server Version SP_ntes V3.5 build\nX-CM-CTRLDATA: 1qKMqWZvb3Rlcl9odG09\nContent-Type: multipart/mixed; \n\tboundary="----=_Part_48293_1288237421.1588817309122"\nMIME-Version: 1.0\nMessage-ID: <5d1a1f3b.4aa6.171ed27c5c3.Coremail.chen_gong@163.com>\nDate: Thu, 7 May 2020 10:08:29 +0800 (CST)\n\n------=_Part_48293_1288237421.1588817309122\nContent-Type: multipart/alternative; \n\tboundary="----=_Part_48295_37465982.1588817309122"\n\n------=_Part_48295_37465982.1588817309122\nContent-Type: text/plain; charset=GBK\nContent-Transfer-Encoding: base64\n\n`,
      base64(encoded('服务器又蓝屏了，见附件', 'gbk')),
      `\n------=_Part_48295_37465982.1588817309122\nContent-Type: text/html; charset=GBK\nContent-Transfer-Encoding: base64\n\n`,
      base64(encoded('<div style="line-height:1.7">服务器又蓝屏了，见附件</div>', 'gbk')),
      `\n------=_Part_48295_37465982.1588817309122--\n\n------=_Part_48293_1288237421.1588817309122\nContent-Type: application/x-zip-compressed; \n\tname="=?GBK?B?${encoded('内存转储（完整）.zip', 'gbk').toString('base64')}?="\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment; filename="=?GBK?B?${encoded('内存转储（完整）.zip', 'gbk').toString('base64')}?="\n\n`,
      base64(picture),
      `\n------=_Part_48293_1288237421.1588817309122--\n`,
    ),
    expected: {
      from: { name: '陈工', address: 'chen_gong@163.com' },
      subject: '故障报告',
      text: '服务器又蓝屏了，见附件',
      attachments: [{ name: '内存转储（完整）.zip', type: 'application/x-zip-compressed', content: picture }],
      date: '2020-05-07T02:08:29.000Z',
    },
  },
  {
    name: 'NetEase enterprise client, utf-8, mail master',
    bytes: bytesOf(
      head(
        word('回复：案例'),
        'X-Mailer: MailMasterAndroid/7.9\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n',
      ),
      '\n',
      base64(
        Buffer.from(
          '<html><head><style>body{font-size:14px}</style></head><body><div>已按要求操作<br>第二行</div><div id="ntes-mailmaster-quote">---- 回复的原邮件 ----<table><tr><td>发件人</td><td>支持</td></tr></table></div></body></html>',
        ),
      ),
    ),
    expected: {
      subject: '回复：案例',
      says: ['已按要求操作\n第二行', '---- 回复的原邮件 ----', '发件人\t支持'],
      doesNotSay: ['font-size'],
    },
  },
  {
    name: 'Gmail, flowed plain and HTML, quotation',
    bytes: bytesOf(
      head(
        'Re: Server SQL01 blue screen',
        'Content-Type: multipart/alternative; boundary="000000000000b5b1f505a50c4a7e"\n',
      ),
      '\n--000000000000b5b1f505a50c4a7e\nContent-Type: text/plain; charset="UTF-8"\nContent-Transfer-Encoding: quoted-printable\n\nThe dump is here =E2=80=94 see link.\n\nOn Thu, May 7, 2020 at 9:47 AM Support <case@support.example> wrote:\n\n> Please upload\n\n--000000000000b5b1f505a50c4a7e\nContent-Type: text/html; charset="UTF-8"\nContent-Transfer-Encoding: quoted-printable\n\n<div dir=3D"ltr">The dump is here =E2=80=94 see link.</div><br><div class=3D"gmail_quote"><div dir=3D"ltr" class=3D"gmail_attr">On Thu, May 7, 2020</div></div>\n\n--000000000000b5b1f505a50c4a7e--\n',
    ),
    expected: { says: ['The dump is here — see link.', '> Please upload'], newText: 'The dump is here — see link.' },
  },
  {
    name: 'Gmail in Chinese with an attachment name in RFC 2231 and in an encoded word',
    bytes: bytesOf(
      head(word('日志'), 'Content-Type: multipart/mixed; boundary="0000000000007d5b4b05a50c4b12"\n'),
      `\n--0000000000007d5b4b05a50c4b12\nContent-Type: text/plain; charset="UTF-8"\nContent-Transfer-Encoding: base64\n\n${base64(Buffer.from('见附件'))}\n--0000000000007d5b4b05a50c4b12\nContent-Type: text/plain; charset="GB18030"; name="${word('系统日志 一.log', 'UTF-8')}"\nContent-Disposition: attachment; filename="${word('系统日志 一.log', 'UTF-8')}"\nContent-Transfer-Encoding: base64\nContent-ID: <f_k9w1>\nX-Attachment-Id: f_k9w1\n\n${base64(log)}\n--0000000000007d5b4b05a50c4b12--\n`,
    ),
    expected: { text: '见附件', attachments: [{ name: '系统日志 一.log', type: 'text/plain', content: log }] },
  },
  {
    name: 'Apple Mail: text, picture, text, each a part of its own, name in continuations',
    bytes: bytesOf(
      head(
        'Re: =?utf-8?B?6JOd5bGP?=',
        'Content-Type: multipart/alternative;\n\tboundary="Apple-Mail=_A1"\nX-Mailer: Apple Mail (2.3608.80.23.2.2)\n',
      ),
      `\n--Apple-Mail=_A1\nContent-Transfer-Encoding: quoted-printable\nContent-Type: text/plain;\n\tcharset=utf-8\n\nBefore the picture =E5=9B=BE=E7=89=87\n\n\nAfter it.\n\n--Apple-Mail=_A1\nContent-Type: multipart/mixed;\n\tboundary="Apple-Mail=_A2"\n\n--Apple-Mail=_A2\nContent-Transfer-Encoding: quoted-printable\nContent-Type: text/html;\n\tcharset=utf-8\n\n<html><body>Before the picture<br></body></html>\n--Apple-Mail=_A2\nContent-Disposition: inline;\n\tfilename*0*=utf-8''%E5%B1%8F%E5%B9%95%E5%BF%AB%E7%85%A7%202020;\n\tfilename*1*=%2D05%2D07%20%E4%B8%8A%E5%8D%88;\n\tfilename*2=" 9.47.29.png"\nContent-Type: image/png;\n\tx-unix-mode=0644;\n\tname="=?utf-8?B?5bGP5bmV5b+r54WnIDIwMjA=?= =?utf-8?B?LTA1LTA3IOS4iuWNiCA5LjQ3LjI5LnBuZw==?="\nContent-Transfer-Encoding: base64\n\n${base64(picture)}\n--Apple-Mail=_A2\nContent-Transfer-Encoding: 7bit\nContent-Type: text/html;\n\tcharset=us-ascii\n\n<html><body><br>After it.</body></html>\n--Apple-Mail=_A2--\n\n--Apple-Mail=_A1--\n`,
    ),
    expected: {
      subject: 'Re: 蓝屏',
      says: ['Before the picture 图片', 'After it.'],
      attachments: [{ name: '屏幕快照 2020-05-07 上午 9.47.29.png', type: 'image/png', content: picture }],
    },
  },
  {
    name: 'iPhone: sent from, flowed without HTML',
    bytes: bytesOf(
      head(
        'Re: 案例'.replace('案例', word('案例')),
        'Content-Type: text/plain;\n\tcharset=gb2312\nContent-Transfer-Encoding: quoted-printable\nX-Mailer: iPhone Mail (17E262)\n',
      ),
      '\n',
      quotedPrintable(encoded('好的，谢谢\r\n\r\n发自我的iPhone', 'gb2312'), true),
    ),
    expected: { text: '好的，谢谢\n\n发自我的iPhone', newText: '好的，谢谢', subject: 'Re: 案例' },
  },
  {
    name: 'Thunderbird: format=flowed with DelSp and a quotation',
    bytes: bytesOf(
      head(
        'Re: dump',
        'Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes\nContent-Transfer-Encoding: 8bit\nUser-Agent: Mozilla/5.0 Thunderbird/68.7.0\n',
      ),
      '\n服务器昨天夜里又重启了， \n今天早上才发现。\n\n> please \n> send it\n> > older\n  indented\n-- \nJane\n',
    ),
    expected: { says: ['服务器昨天夜里又重启了，今天早上才发现。', '> please', 'indented', '--\nJane'] },
  },
  {
    name: 'Thunderbird forwards as attachment',
    bytes: bytesOf(
      head('Fwd: old mail', 'Content-Type: multipart/mixed; boundary="------------06"\n'),
      `\nThis is a multi-part message in MIME format.\n--------------06\nContent-Type: text/plain; charset=utf-8\n\nsee the old mail\n\n--------------06\nContent-Type: message/rfc822;\n name="${word('附件中的邮件.eml')}"\nContent-Transfer-Encoding: 7bit\nContent-Disposition: attachment;\n filename*=utf-8''%E9%99%84%E4%BB%B6%E4%B8%AD%E7%9A%84%E9%82%AE%E4%BB%B6.eml\n\nSubject: inner\nFrom: x@y.example\nContent-Type: multipart/mixed; boundary="in"\n\n--in\n\ninner text\n--in--\n\n--------------06--\n`,
    ),
    expected: {
      text: 'see the old mail',
      doesNotSay: ['inner text'],
      attachments: [
        {
          name: '附件中的邮件.eml',
          type: 'message/rfc822',
          content: bytesOf(
            'Subject: inner\nFrom: x@y.example\nContent-Type: multipart/mixed; boundary="in"\n\n--in\n\ninner text\n--in--\n',
          ),
        },
      ],
    },
  },
  {
    name: 'Outlook attaches a mail without a name: it is named by its subject',
    bytes: bytesOf(
      head('FW', 'Content-Type: multipart/mixed; boundary="b"\n'),
      `\n--b\nContent-Type: text/plain\n\nfyi\n--b\nContent-Type: message/rfc822\n\nFrom: a@b.example\nSubject: ${word('关于: 服务器/蓝屏?', 'gbk')}\n\nhello\n--b--\n`,
    ),
    expected: { text: 'fyi', attachments: [{ name: '关于: 服务器 蓝屏?.eml', type: 'message/rfc822' }] },
  },
  {
    name: 'Lotus Notes: internal addresses and a plain text with name',
    bytes: bytesOf(
      `From: Hans M\u00fcller/DE/Contoso\n`,
      `Sender: hans.mueller@contoso.example\nTo: case@support.example\nSubject: =?ISO-8859-1?Q?Absturz_des_Servers_-_R=FCckmeldung?=\nX-Mailer: Lotus Notes Release 8.5.3\nMIME-Version: 1.0\nDate: Thu, 7 May 2020 09:47:29 +0200\nContent-type: text/plain; charset=ISO-8859-1\nContent-transfer-encoding: quoted-printable\n\nDer Server st=FCrzt nachts ab.=\n Gr=FC=DFe\n`,
    ),
    expected: {
      from: { name: 'Hans Müller/DE/Contoso', address: 'hans.mueller@contoso.example' },
      subject: 'Absturz des Servers - Rückmeldung',
      text: 'Der Server stürzt nachts ab. Grüße',
    },
  },
  {
    name: 'Exchange signs: detached S/MIME',
    bytes: bytesOf(
      head(
        'signed',
        'Content-Type: multipart/signed; protocol="application/x-pkcs7-signature"; micalg=SHA1;\n\tboundary="----=_s"\n',
      ),
      `\n------=_s\nContent-Type: multipart/alternative; boundary="----=_a"\n\n------=_a\nContent-Type: text/plain; charset="us-ascii"\n\nsigned text\n------=_a\nContent-Type: text/html\n\n<p>signed text</p>\n------=_a--\n\n------=_s\nContent-Type: application/x-pkcs7-signature; name="smime.p7s"\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment; filename="smime.p7s"\n\n${base64(picture)}\n------=_s--\n`,
    ),
    expected: {
      text: 'signed text',
      attachments: [{ name: 'smime.p7s', type: 'application/x-pkcs7-signature', content: picture }],
    },
  },
  {
    name: 'opaque S/MIME without a name',
    bytes: bytesOf(
      head(
        'opaque',
        'Content-Type: application/pkcs7-mime; smime-type=signed-data\nContent-Transfer-Encoding: base64\n',
      ),
      `\n${base64(picture)}\n`,
    ),
    expected: { text: '', attachments: [{ name: 'smime.p7m', type: 'application/pkcs7-mime', content: picture }] },
  },
  {
    name: 'Outlook invites: a calendar part in the alternative',
    bytes: bytesOf(
      head('Meeting', 'Content-Type: multipart/alternative; boundary="m"\n'),
      '\n--m\nContent-Type: text/plain; charset=utf-8\n\nLet us meet.\n--m\nContent-Type: text/html\n\n<p>Let us meet.</p>\n--m\nContent-Type: text/calendar; charset="utf-8"; method=REQUEST\nContent-Transfer-Encoding: 7bit\n\nBEGIN:VCALENDAR\nEND:VCALENDAR\n--m--\n',
    ),
    expected: {
      text: 'Let us meet.',
      attachments: [{ name: 'invite.ics', type: 'text/calendar', content: bytesOf('BEGIN:VCALENDAR\nEND:VCALENDAR') }],
    },
  },
  {
    name: 'a mobile client whose plain part lost its characters',
    bytes: bytesOf(
      head(word('蓝屏'), 'Content-Type: multipart/alternative; boundary="m"\n'),
      `\n--m\nContent-Type: text/plain; charset=us-ascii\n\n?????????\n??????\n--m\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n\n${base64(Buffer.from('<p>服务器又蓝屏了</p><p>请尽快处理</p>'))}\n--m--\n`,
    ),
    expected: { text: '服务器又蓝屏了\n\n请尽快处理' },
  },
  {
    name: 'a newsletter program whose plain part says that no HTML is shown',
    bytes: bytesOf(
      head('x', 'Content-Type: multipart/alternative; boundary="m"\n'),
      `\n--m\nContent-Type: text/plain; charset=utf-8\n\n您的邮件客户端不支持HTML格式，请使用支持HTML的客户端查看。\n--m\nContent-Type: text/html; charset=utf-8\n\n<p>Real words &amp; more</p>\n--m--\n`,
    ),
    expected: { text: 'Real words & more' },
  },
  {
    name: 'an empty plain part beside HTML with nested lists and a link',
    bytes: bytesOf(
      head('x', 'Content-Type: multipart/alternative; boundary="m"\n'),
      '\n--m\nContent-Type: text/plain; charset=utf-8\n\n \n--m\nContent-Type: text/html; charset=utf-8\n\n<h2>Steps</h2><ol><li>Run <b>msinfo32</b></li><li>Then<ul><li>save</li><li>send</li></ul></li></ol><p>See <a href="https://kb.example/1">this page</a></p><div style="display:none">hidden</div><pre>a\n  b</pre>\n--m--\n',
    ),
    expected: {
      says: ['Steps', '1. Run msinfo32', '2. Then', '  - save', 'this page <https://kb.example/1>', 'a\n  b'],
      doesNotSay: ['hidden'],
    },
  },
  {
    name: 'a web form without MIME headers, in GBK',
    bytes: bytesOf(
      'From: form@partner.example\nTo: case@support.example\nSubject: ',
      encoded('网站反馈：电脑蓝屏', 'gbk'),
      '\n\n',
      encoded('电脑蓝屏，请联系我。\r\n姓名：赵六', 'gbk'),
    ),
    expected: { subject: '网站反馈：电脑蓝屏', text: '电脑蓝屏，请联系我。\n姓名：赵六' },
  },
  {
    name: 'Taiwan: Big5 without the encoding being told in the subject',
    bytes: bytesOf(
      'From: ',
      encoded('陳先生', 'big5'),
      ' <chen@partner.example>\nTo: case@support.example\nSubject: ',
      encoded('伺服器當機問題，請協助處理', 'big5'),
      '\nMIME-Version: 1.0\nContent-Type: text/plain; charset=big5\nContent-Transfer-Encoding: 8bit\n\n',
      encoded('您好，伺服器昨天晚上當機，請協助處理，謝謝。', 'big5'),
    ),
    expected: {
      from: { name: '陳先生', address: 'chen@partner.example' },
      subject: '伺服器當機問題，請協助處理',
      text: '您好，伺服器昨天晚上當機，請協助處理，謝謝。',
    },
  },
  {
    name: 'Japan: ISO-2022-JP body and subject',
    bytes: bytesOf(
      head(
        '=?ISO-2022-JP?B?GyRCJTUhPCVQITwkLDtfJF4kaiReJDckPxsoQg==?=',
        'Content-Type: text/plain; charset=ISO-2022-JP\nContent-Transfer-Encoding: 7bit\n',
      ),
      '\n',
      Buffer.from('1b24422546253925481b2842', 'hex'),
      ' ok\n',
    ),
    expected: { subject: 'サーバーが止まりました', text: 'テスト ok' },
  },
  {
    name: 'Korea: EUC-KR labelled ks_c_5601-1987',
    bytes: bytesOf(
      head(
        `=?ks_c_5601-1987?B?${encoded('서버 문제', 'euc-kr').toString('base64')}?=`,
        'Content-Type: text/plain; charset="ks_c_5601-1987"\nContent-Transfer-Encoding: base64\n',
      ),
      `\n${base64(encoded('안녕하세요 서버가 멈췄습니다', 'cp949'))}`,
    ),
    expected: { subject: '서버 문제', text: '안녕하세요 서버가 멈췄습니다' },
  },
  {
    name: 'Vietnam: windows-1258, and UTF-7 in a subject',
    bytes: bytesOf(
      head(
        '=?utf-7?Q?Hi_Mom_-+Jjo--!?=',
        'Content-Type: text/plain; charset=windows-1258\nContent-Transfer-Encoding: 8bit\n',
      ),
      '\n',
      Buffer.from([0x56, 0x69, 0xea, 0xf2, 0x74]),
    ),
    expected: { subject: 'Hi Mom -☺-!', text: 'Vi\u00ea\u0323t' },
  },
  {
    name: 'Russia: koi8-r base64, raw windows-1251 subject',
    bytes: bytesOf(
      'From: ivan@partner.example\nSubject: ',
      encoded('Сервер не работает сегодня', 'windows-1251'),
      `\nContent-Type: text/plain; charset=koi8-r\nContent-Transfer-Encoding: base64\n\n${base64(encoded('Сервер не работает', 'koi8-r'))}`,
    ),
    expected: { text: 'Сервер не работает', subject: 'Сервер не работает сегодня' },
  },
];
