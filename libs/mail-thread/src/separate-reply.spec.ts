import { describe, expect, test } from '@jest/globals';
import { separateReply, type Cut } from './separate-reply.js';

const old = '客户, 您好!\n请上传 Full Dump。\n--------------\n服务电话： 400-818-0055';
const fresh = '已有日志文件，明天请告知ftp';
const html = (body: string): string => `<html><head><style>p{margin:0}</style></head><body>${body}</body></html>`;
const oldHtml = '<div>客户, 您好!</div><div>请上传 Full Dump。</div>';
const whatOf = (cuts: Cut[]): string[] => [...new Set(cuts.map(({ what }) => what))];

describe('what mail programs quote in plain text is cut', () => {
  test.each([
    [
      'Outlook, classic',
      `-----Original Message-----\nFrom: L1 [mailto:l1@support.example]\nSent: Thursday, May 7, 2020 9:47 AM\nTo: c\nSubject: Re\n\n${old}`,
    ],
    [
      'Outlook, classic, in Chinese',
      `-----邮件原件-----\n发件人: L1 [mailto:l1@support.example] \n发送时间: 2020年5月7日 9:47\n收件人: c\n主题: Re\n\n${old}`,
    ],
    [
      'Outlook in traditional Chinese',
      `寄件者: L1 <l1@support.example>\n寄件日期: 2020年5月7日 上午 09:47\n收件者: c <c@partner.example>\n副本: d\n主旨: 回覆\n\n${old}`,
    ],
    [
      'Outlook with bold header words',
      `*发件人:* L1 <l1@support.example>\n*发送时间:* 2020年5月7日 9:47\n*收件人:* c <c@partner.example>\n*主题:* 回复\n\n${old}`,
    ],
    [
      'Outlook with bold header words, colon behind',
      `*From**:* L1 <l1@support.example>\n*Sent**:* Thursday, May 7, 2020 9:47 AM\n*To**:* c\n*Subject**:* Re\n\n${old}`,
    ],
    [
      'Outlook in German',
      `Von: L1 <l1@support.example>\nGesendet: Donnerstag, 7. Mai 2020 09:47\nAn: c <c@partner.example>\nBetreff: AW: x\n\n${old}`,
    ],
    [
      'Outlook in French',
      `De : L1 <l1@support.example>\nEnvoyé : jeudi 7 mai 2020 09:47\nÀ : c <c@partner.example>\nObjet : RE: x\n\n${old}`,
    ],
    [
      'Outlook in Japanese',
      `差出人: L1 <l1@support.example>\n送信日時: 2020年5月7日 9:47\n宛先: c\n件名: Re: x\n\n${old}`,
    ],
    [
      'Outlook with recipients over several lines',
      `发件人: L1 <l1@support.example>\n发送时间: 2020年5月7日 9:47\n收件人: c <c@partner.example>;\n d <d@partner.example>;\n e <e@partner.example>\n抄送: f\n主题: 回复\n\n${old}`,
    ],
    [
      'Outlook on the web',
      `________________________________\n发件人: L1 <l1@support.example>\n发送时间: 2020年5月7日 9:47\n收件人: c\n主题: Re\n\n${old}`,
    ],
    [
      'Outlook on a phone',
      `获取 Outlook for iOS<https://aka.ms/o0ukef>\n________________________________\n发件人: L1 <l1@support.example>\n发送时间: Thursday, May 7, 2020 9:47:29 AM\n收件人: c\n主题: Re\n\n${old}`,
    ],
    [
      'Outlook on a phone in English',
      `Get Outlook for Android<https://aka.ms/AAb9ysg>\n\n________________________________\nFrom: L1 <l1@support.example>\nSent: Thursday, May 7, 2020 9:47:29 AM\nTo: c\nSubject: Re\n\n${old}`,
    ],
    ['Outlook for Mac', `在 2020/5/7 上午9:47，“L1” <l1@support.example> 写入:\n\n    ${old}`],
    ['Foxmail', `发件人： L1\n发送时间： 2020-05-07 09:47\n收件人： 'c'\n抄送： d\n主题： 回复: 蓝屏\n${old}`],
    [
      'Foxmail with a rule',
      `------------------\n\n发件人： L1\n发送时间： 2020-05-07 09:47\n收件人： c\n主题： 回复\n${old}`,
    ],
    [
      'QQ',
      `------------------ 原始邮件 ------------------\n发件人: "L1"<l1@support.example>;\n发送时间: 2020年5月7日(星期四) 上午9:47\n收件人: "c"<c@qq.com>;\n主题: 回复\n\n${old}`,
    ],
    [
      'QQ with entities for its spaces',
      `------------------&nbsp;原始邮件&nbsp;------------------\n发件人: "L1"\n\n${old}`,
    ],
    ['QQ with other spaces', `------------------\u2002原始邮件\u3000------------------\n发件人: "L1"\n\n${old}`],
    [
      'QQ on a phone',
      `---原始邮件---\n发件人: "L1"<l1@support.example>\n发送时间: 2020年5月7日(周四) 上午9:47\n收件人: "c"\n主题: Re\n\n${old}`,
    ],
    [
      'WeCom',
      `         原始邮件\n         \n       \n发件人：L1 <l1@support.example>\n发件时间：2020年5月7日 09:47\n收件人：c\n主题：Re\n\n${old}`,
    ],
    [
      'WeCom in English',
      `         Original\n         \n       \nFrom:Support <support@example.org>\nSent Time:Oct 9, 2026 10:01\n\nQuoted answer`,
    ],
    [
      'NetEase',
      `---- 回复的原邮件 ----\n| 发件人 | L1<l1@support.example> |\n| 发送日期 | 2020年05月07日 09:47 |\n| 收件人 | c |\n| 主题 | 回复 |\n${old}`,
    ],
    [
      'NetEase in English',
      `---- Replied Message ----\n| From | L1<l1@support.example> |\n| Date | 05/07/2020 09:47 |\n\n${old}`,
    ],
    ['NetEase on the web', `在 2026-05-01 10:00:00，"L1" <l1@support.example> 写道：\n${old}`],
    ['NetEase on the web in English', `At 2020-05-07 09:47:29, "L1" <l1@support.example> wrote:\n${old}`],
    ['NetEase without an address', `在 2026-05-01 10:00:00，"一线工程师" 写道：\n\n${old}`],
    ['Gmail', `L1 <l1@support.example> 于2020年5月7日周四 上午9:47写道：\n\n> ${old.replaceAll('\n', '\n> ')}`],
    ['Gmail, broken before the verb', `一线工程师 <l1@support.example>\n于2020年5月7日周四 上午9:47写道：\n\n> a\n> b`],
    [
      'Gmail, broken in the address',
      `一线工程师很长的名字\n<l1@support.example> 于2020年5月7日周四 上午9:47写道：\n\n> a\n> b`,
    ],
    ['Gmail in traditional Chinese', `L1 <l1@support.example> 於 2020年5月7日 週四 上午9:47寫道：\n\n> a`],
    ['Gmail in Japanese', `2020年5月7日(木) 9:47 L1 <l1@support.example>:\n\n> a\n> b`],
    [
      'Gmail in English, broken',
      `On Thu, May 7, 2020 at 9:47 AM First Line Engineer <\nl1@support.example> wrote:\n\n> a\n> b`,
    ],
    ['Gmail in German', `Am Do., 7. Mai 2020 um 09:47 Uhr schrieb L1 <l1@support.example>:\n\n> a\n> b`],
    ['Gmail in French', `Le jeu. 7 mai 2020 à 09:47, L1 <l1@support.example> a écrit :\n\n> a\n> b`],
    ['Apple Mail', `> 在 2020年5月7日，上午9:47，L1 <l1@support.example> 写道：\n> \n> a`],
    ['Apple Mail in traditional Chinese', `L1 <l1@support.example> 於 2020年5月7日 上午9:47 寫道：\n\n> a`],
    ['Thunderbird', `在 2020/5/7 9:47, L1 写道:\n> a\n> b`],
    ['Thunderbird in German', `Am 07.05.2020 um 09:47 schrieb L1:\n> a\n> b`],
    [
      'Aliyun mail',
      `------------------------------------------------------------------\n发件人：L1 <l1@support.example>\n日\u3000期：2020年05月07日 09:47:29\n收件人：c <c@partner.example>\n主\u3000题：回复\n\n${old}`,
    ],
    [
      'Aliyun mail, newer',
      `------------------------------------------------------------------\n发件人：L1 <l1@support.example>\n发送时间：2020年5月7日(星期四) 09:47\n收件人：c\n主\u3000题：Re\n\n${old}`,
    ],
    [
      'DingTalk mail',
      `------------------------------------------------------------------\n发件人：L1<l1@support.example>\n日\u3000期：2020年05月07日 09:47:29\n收件人：c<c@partner.example>\n主\u3000题：Re\n\n${old}`,
    ],
    [
      'Coremail',
      `-----原始邮件-----\n发件人:"L1" <l1@support.example>\n发送时间:2020-05-07 09:47:29 (星期四)\n收件人: c\n主题: Re\n\n${old}`,
    ],
    [
      'Lark',
      `发件人: "L1"<l1@support.example>\n日期:  2020年5月7日 (周四) 09:47\n主题:  回复\n收件人: "c"<c@partner.example>\n\n${old}`,
    ],
    [
      'Notes',
      `-----"L1" <l1@support.example> wrote: -----\nTo: c\nFrom: "L1" <l1@support.example>\nDate: 05/07/2020 09:47AM\nSubject: Re\n\n${old}`,
    ],
    [
      'Notes with a tab behind each word',
      `From:\tL1/SUPPORT\nTo:\tc@partner.example\nDate:\t2020/05/07 09:47\nSubject:\tRe: x\n________________________________\n\n${old}`,
    ],
    [
      'Samsung',
      `-------- 原始邮件 --------\n发件人： L1 <l1@support.example>\n日期： 2020/5/7 09:47 (GMT+08:00)\n收件人： c\n主题： Re\n\n${old}`,
    ],
    ['a phone by Samsung', `从我的 Galaxy 发送\n\n-------- Original message --------\nFrom: L1\n\n${old}`],
    [
      'a German phone',
      `Von meinem iPhone gesendet\n\n> Am 07.05.2020 um 09:47 schrieb L1 <l1@support.example>:\n> \n> a`,
    ],
  ])('%s', (_program, tail) => {
    for (const text of [`${fresh}\n\n${tail}`, `${fresh}\n\n${tail}`.replaceAll('\n', '\r\n')]) {
      const separated = separateReply({ text });
      expect(separated.newText).toBe(fresh);
      expect(separated.cuts.length).toBeGreaterThan(0);
    }
  });

  test.each([
    '发自我的iPhone',
    '发自我的 iPad',
    '發自我的 iPhone',
    '发自我的华为手机',
    '来自我的华为手机',
    '发自我的小米手机',
    '发自我的vivo手机',
    '发自网易邮箱大师',
    '发自网易邮箱手机版',
    '发自 Windows 版邮件',
    '从 Windows 版邮件发送',
    '从我的Galaxy手机发送',
    '来自QQ邮箱手机版',
    '发自企业微信',
    '来自钉钉邮箱',
    'Sent from my iPhone',
    'Sent from my Huawei phone',
    'Sent from Mail for Windows',
    'Sent from Outlook for iOS',
    'Get Outlook for iOS',
    'Gesendet von Outlook für iOS',
    'Envoyé de mon iPhone',
    'iPhoneから送信',
  ])('the line “%s”', (line) => {
    expect(separateReply({ text: `${fresh}\n\n${line}` })).toMatchObject({
      newText: fresh,
      cuts: [{ what: 'device' }],
    });
  });
});

describe('what only looks like a quotation is kept', () => {
  test.each([
    [
      'a block of credentials between rules',
      '上传方式如下：\n------------------------------------------------------------------\n主机：sftp://sftp.support.example\n用户名：sxmtdzjt\n端口：22222\n密码：见链接\n------------------------------------------------------------------\n请注意查收',
    ],
    [
      'credentials below underscores',
      '________________________________\n主机: sftp.support.example\n端口: 22222\n________________________________\n完',
    ],
    ['dashes above a phone number', '收到\n--------------\n服务电话： 400-818-0055'],
    [
      'dashes and underscores above a name',
      '已上传\n------------------\n张三\n某某公司\n____________________________\n电话 123',
    ],
    [
      'what the debugger writes',
      '1: kd> !analyze -v\n*******************************************************************************\n*                        Bugcheck Analysis                                    *\n*******************************************************************************\n\nKMODE_EXCEPTION_NOT_HANDLED (1e)\nArguments:\nArg1: ffffffffc0000005, The exception code\n------------------\n\nKEY_VALUES_STRING: 1\n\nSTACK_TEXT:  \nffffd1ba`599fb000 fffff807`1a2b3c4d     : 00000000`00000001 : nt!KeBugCheckEx\n---------\n\nMODULE_NAME: Ntfs\nIMAGE_NAME:  Ntfs.sys\n*** WARNING: Unable to verify timestamp for foo.sys\n*** ***\nFollowup:     MachineOwner\n---------\n\n以上为分析',
    ],
    [
      'a table with rules',
      '结果：\n+------+------+\n| 主题 | 时间 |\n+------+------+\n| 蓝屏 | 5月7日 |\n+------+------+\n谢谢',
    ],
    ['a table of dashes', 'Name      Version\n--------  -------\nntfs.sys  10.0.17763.592\n-----------------\n共 1 项'],
    ['YAML', '配置：\n---\nname: case\ndate: 2020-05-07\nto: a\nsubject: b\n---\nname: other'],
    ['a certificate', '-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIE\n-----END CERTIFICATE-----\n请导入'],
    ['a private key mark', '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----'],
    [
      'a unified diff',
      '--- a/config.ini\n+++ b/config.ini\n@@ -1,3 +1,3 @@\n-port=22\n+port=22222\n-- \n-- old\n+-- new\n 完',
    ],
    ['an old diff', '比较结果：\n1c1\n< port=22\n---\n> port=22222\n> host=a\n如上'],
    ['marks of a merge', '<<<<<<< HEAD\na\n=======\nb\n>>>>>>> branch\n这里冲突'],
    [
      'a log with From and Subject',
      '2026-05-01 10:00:00 smtp connect\nFrom: alarm@corp.example\nTo: ops@corp.example\nDate: Fri, 01 May 2026 10:00:00 +0800\nSubject: disk failure\n2026-05-01 10:00:01 smtp quit\n以上是日志',
    ],
    [
      'a header that is shown',
      '告警邮件头如下：\n\nFrom: alarm@corp.example\nTo: ops@corp.example\nSubject: disk failure\nDate: Fri, 01 May 2026 10:00:00 +0800\n\n请帮忙看看为什么没有收到',
    ],
    [
      'a header with fields of its way',
      'Return-Path: <a@b.example>\nFrom: a@b.example\nTo: c@d.example\nDate: Fri, 01 May 2026 10:00:00 +0800\nMessage-ID: <1@b.example>\nSubject: x\n\n这封没有进案例',
    ],
    ['a form that customers fill in', '时间：2026年5月1日 10:00\n主题：电脑蓝屏\n描述：开机蓝屏\n联系人：张三'],
    ['fields without a sender', 'Date: 2026-05-01\nSubject: crash of PC 12\nTo: be checked\nbody'],
    ['from and to of a copy', 'From: C:\\Windows\\MEMORY.DMP\nTo: D:\\share\\MEMORY.DMP\n复制时报错'],
    ['somebody who wrote in a group', '在2026年5月1日10:00，用户在群里写道：\n蓝屏了'],
    ['somebody who wrote on a day', 'On May 7, 2020 at 9:47 the user wrote:\nit crashed and I lost my work'],
    ['a command typed at a prompt', '运行如下命令：\n> sfc /scannow\n没有发现问题'],
    ['a comparison', '内存占用\n>90% 时蓝屏'],
    ['words about a phone', '发自我的iPhone上的日志显示蓝屏\n从我的电脑发送了文件，请查收\n来自客户的反馈'],
    ['a phrase inside of a sentence', 'The phrase ---- 回复的原邮件 ---- is part of the log.'],
    ['a mail that says it is confidential', '本邮件附件含有保密信息，请勿外传。\n转储已上传。'],
    ['SQL comments', '执行了：\n-- \nselect 1;\n-- \nupdate t set a = 1;'],
    ['two dashes far above', ['--', ...Array.from({ length: 30 }, (_, index) => `步骤 ${index}`)].join('\n')],
    ['a heading “original mail” over a sentence', '原始邮件\n是上周发的，没有附件'],
  ])('%s', (_what, text) => {
    expect(separateReply({ text })).toMatchObject({ newText: text.replace(/ +$/gm, '').trim(), cuts: [] });
    expect(separateReply({ text: `您好：\n\n${text}\n\n谢谢` }).cuts).toEqual([]);
  });

  test.each([
    ['the rules of a block', `${fresh}\n--------------\n主机：a\n--------------`],
    ['a stack', 'STACK_TEXT:\nnt!KeBugCheckEx\n---------\nFollowup: MachineOwner\n---------'],
  ])('%s above a quotation', (_what, text) => {
    expect(
      separateReply({ text: `${text}\n\n发件人： L1\n发送时间： 2020-05-07 09:47\n收件人： c\n主题： Re\n${old}` })
        .newText,
    ).toBe(text);
  });
});

describe('answers stand where people write them', () => {
  test('between quoted lines', () => {
    const text = `On Thu, May 7, 2020 at 9:47 AM L1 <l1@support.example> wrote:\n> 1) version?\n1809\n\n> 2) steps?\n>> older\nnone\n`;
    expect(separateReply({ text }).newText).toBe('1809\n\nnone');
  });

  test('below what they answer', () => {
    const text = `在 2020/5/7 9:47, L1 写道:\n> 请上传\n> 谢谢\n\n已上传\n\n-- \n张三\n某公司`;
    const separated = separateReply({ text });
    expect(separated.newText).toBe('已上传');
    expect(separated.cuts.map(({ what, start, end }) => [what, text.slice(start, end)])).toEqual([
      ['attribution', '在 2020/5/7 9:47, L1 写道:'],
      ['quotation', '> 请上传\n> 谢谢'],
      ['signature', '-- \n张三\n某公司'],
    ]);
  });

  test('in colour, inside of what Outlook quotes', () => {
    const tail = `发件人: L1 <l1@support.example>\n发送时间: 2020年5月7日 9:47\n收件人: c\n主题: Re\n\n1) 版本？\n1809\n2) 步骤？\n无`;
    for (const text of [
      `请见下面红色字体回复\n\n${tail}`,
      `My answers are inline.\n\n${tail}`,
      `回复见下文\n\n${tail}`,
    ])
      expect(separateReply({ text }).newText).toBe(text);
  });

  test('with one quoted line and no word of who wrote it', () => {
    expect(separateReply({ text: '> 请问系统版本？\nV2020-L' }).newText).toBe('V2020-L');
  });
});

describe('what was handed on', () => {
  const forms = [
    `---------- Forwarded message ---------\n发件人： L1 <l1@support.example>\nDate: 2020年5月7日\nSubject: x\n\n${old}`,
    `-------- 转发的消息 --------\n主题: \tx\n日期: \t2020年5月7日\n\n${old}`,
    `开始转发的邮件：\n\n发件人: L1 <l1@support.example>\n主题: x\n日期: 2020年5月7日\n\n${old}`,
    `---- 转发的邮件 ----\n| 发件人 | L1 |\n${old}`,
    `Begin forwarded message:\n\nFrom: L1\nSubject: x\n\n${old}`,
  ];

  test.each(forms)('is the new text where nothing else is said: %#', (tail) => {
    expect(separateReply({ text: tail })).toMatchObject({ newText: tail, isForwardAlone: true, cuts: [] });
    expect(separateReply({ text: `发自我的iPhone\n\n${tail}` })).toMatchObject({ newText: tail, isForwardAlone: true });
  });

  test.each(forms)('is set apart and marked where something is said: %#', (tail) => {
    const separated = separateReply({ text: `${fresh}\n\n${tail}` });
    expect(separated).toMatchObject({ newText: fresh, isForwardAlone: false });
    expect(whatOf(separated.cuts)).toEqual(['forward']);
  });

  test('is known by the subject where the program quotes it like an answer', () => {
    const text = `发件人: L1 <l1@support.example>\n发送时间: 2020年5月7日 9:47\n收件人: c\n主题: Re\n\n${old}`;
    expect(separateReply({ text })).toMatchObject({ newText: '', isForwardAlone: false });
    expect(separateReply({ text, forwarded: true })).toMatchObject({ newText: text, isForwardAlone: true });
  });
});

describe('footers are set apart and not lost', () => {
  test.each([
    [
      '本邮件及其附件含有某某公司的保密信息，仅限于发送给上面地址中列出的个人或群组。禁止任何其他人以任何形式使用。如果您错收了本邮件，请您立即电话或邮件通知发件人并删除本邮件！',
    ],
    [
      'This e-mail and its attachments contain confidential information from EXAMPLE, which is intended only for the person or entity whose address is listed above.',
    ],
    ['【免责声明】此邮件所含信息仅供收件人使用，未经授权不得披露，若误收请删除。'],
    [
      'Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Adressat sind, löschen Sie diese E-Mail; sie ist nur für den Empfänger bestimmt.',
    ],
  ])('%s', (footer) => {
    const text = `${fresh}\n\n${'*'.repeat(20)}\n${footer}`;
    const { newText, cuts } = separateReply({ text });
    expect([newText, whatOf(cuts)]).toEqual([fresh, ['disclaimer']]);
    expect(cuts.map(({ start, end }) => text.slice(start, end)).join('')).toContain(footer);
  });
});

describe('what mail programs quote in HTML is cut', () => {
  const header =
    '<b>发件人:</b> L1 &lt;l1@support.example&gt;<br><b>发送时间:</b> 2020年5月7日 9:47<br><b>收件人:</b> c<br><b>主题:</b> Re<br>';
  test.each([
    [
      'Gmail',
      `<br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">L1 于2020年5月7日写道：<br></div><blockquote class="gmail_quote" style="margin:0">${oldHtml}</blockquote></div>`,
    ],
    [
      'Outlook on the web',
      `<div id="appendonsend"></div><hr tabindex="-1"><div id="divRplyFwdMsg" dir="ltr">${header}</div>${oldHtml}`,
    ],
    [
      'Outlook on the web, rewritten by Exchange',
      `<hr tabindex="-1"><div id="x_divRplyFwdMsg"><font>x</font></div>${oldHtml}`,
    ],
    [
      'Gmail, rewritten by Exchange',
      `<div class="x_gmail_quote"><div>L1 wrote</div><blockquote class="x_gmail_quote">${oldHtml}</blockquote></div>`,
    ],
    [
      'Outlook on the desktop',
      `<div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal>${header}</p></div></div>${oldHtml}`,
    ],
    ['new Outlook', `<div id="mail-editor-reference-message-container"><div>${oldHtml}</div></div>`],
    ['Outlook Express', `<DIV class=OutlookMessageHeader lang=zh-cn dir=ltr>-----</DIV>${oldHtml}`],
    [
      'NetEase Mail Master',
      `<div class="J-reply ntes-mailmaster-quote"><div>---- 回复的原邮件 ----</div><table><tr><td>发件人</td><td>L1</td></tr></table>${oldHtml}</div>`,
    ],
    [
      'NetEase on the web',
      `<p>在 2026-05-01 10:00:00，"L1" &lt;l1@support.example&gt; 写道：</p><blockquote id="isReplyContent" style="PADDING-LEFT: 1ex">${oldHtml}</blockquote>`,
    ],
    [
      'QQ',
      `<div style="font-size: 12px;padding:2px 0 2px 0;">------------------&nbsp;原始邮件&nbsp;------------------</div><div style="font-size: 12px;background:#efefef;padding:8px;"><div><b>发件人:</b>&nbsp;"L1"</div></div>${oldHtml}`,
    ],
    [
      'QQ without its mark',
      `<div style="FONT-SIZE: 12px; BACKGROUND: #EFEFEF; padding: 8px;"><div><b>发件人:</b>&nbsp;"L1"</div><div><b>主题:</b>&nbsp;Re</div></div>${oldHtml}`,
    ],
    [
      'Foxmail',
      `<blockquote style="margin-Top: 0px; margin-Left: 0.5em"><div>&nbsp;</div><div style="border-top:solid #B5C4DF 1.0pt"><div style="background: #efefef"><div><b>发件人：</b>&nbsp;L1</div><div><b>发送时间：</b>&nbsp;2020-05-07&nbsp;09:47</div><div><b>收件人：</b>&nbsp;c</div><div><b>主题：</b>&nbsp;Re</div></div></div>${oldHtml}</blockquote>`,
    ],
    [
      'Thunderbird',
      `<div class="moz-cite-prefix">在 2020/5/7 9:47, L1 写道:<br></div><blockquote type="cite" cite="mid:1@x">${oldHtml}</blockquote>`,
    ],
    [
      'Apple Mail',
      `<div><br><blockquote type="cite"><div>在 2020年5月7日，上午9:47，L1 写道：</div><br>${oldHtml}</blockquote></div>`,
    ],
    [
      'Yahoo',
      `<div id="ydp12ab_yahoo_quoted_1234" class="ydp12abyahoo_quoted"><div>On Thursday L1 wrote:</div>${oldHtml}</div>`,
    ],
    [
      'Aliyun mail',
      `<blockquote><div>------------------------------------------------------------------</div><div>发件人：L1 &lt;l1@support.example&gt;</div><div>日\u3000期：2020年05月07日 09:47:29</div><div>收件人：c</div><div>主\u3000题：Re</div>${oldHtml}</blockquote>`,
    ],
  ])('%s', (_program, tail) => {
    const separated = separateReply({ html: html(`<div>${fresh}</div><div><br></div>${tail}`) });
    expect(separated).toMatchObject({ newText: fresh, source: 'html', isCutShort: false });
    expect(whatOf(separated.cuts)).toContain('quotation');
    expect(separated.cuts.map(({ start, end }) => separated.text.slice(start, end)).join('\n')).toContain(
      '请上传 Full Dump。',
    );
  });

  test('but not answers between its quoted parts', () => {
    const quote = (text: string): string => `<blockquote class="gmail_quote">${text}</blockquote>`;
    const body = `<div class="gmail_quote"><div class="gmail_attr">L1 wrote:</div>${quote('version?')}<div>1809</div>${quote('steps?')}<div>none</div></div>`;
    expect(separateReply({ html: html(body) }).newText).toBe('1809\nnone');
    const cited =
      '<blockquote type="cite">version?</blockquote><p>1809</p><blockquote type="cite">steps?</blockquote><p>none</p>';
    expect(separateReply({ html: html(cited) }).newText).toBe('1809\n\nnone');
    const outlook =
      '<div id="mail-editor-reference-message-container"><p>On Mon, 9 Dec 2024 15:36:06 +0100<br>I. M. &lt;i@m.example&gt; wrote:</p><p>&gt; version?</p><p>1809</p></div>';
    expect(separateReply({ html: html(outlook) }).newText).toBe('1809');
  });

  test('but not what is handed on alone', () => {
    const body = `<div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ---------<br>发件人： L1</div>正文<blockquote>更早</blockquote>末尾</div>`;
    const separated = separateReply({ html: html(body) });
    expect(separated).toMatchObject({
      isForwardAlone: true,
      newText: '---------- Forwarded message ---------\n发件人： L1\n正文\n更早\n末尾',
    });
  });

  test('but not what people indent, set in grey, or draw a line above', () => {
    const body = `<div>配置：</div><blockquote style="margin-left:40px">CPU: i5</blockquote><div style="background:#efefef">From: factory</div><hr><div>谢谢</div>`;
    expect(separateReply({ html: html(body) })).toMatchObject({
      cuts: [],
      newText: `配置：\nCPU: i5\nFrom: factory\n${'_'.repeat(32)}\n谢谢`,
    });
  });

  test('but not words that stand in the element of a signature alone', () => {
    const signature = '<div id="Signature"><div>张三</div></div>';
    expect(separateReply({ html: html(`<div>${fresh}</div>${signature}`) })).toMatchObject({
      newText: fresh,
      cuts: [{ what: 'signature' }],
    });
    expect(separateReply({ html: html(signature) }).newText).toBe('张三');
  });
});

describe('HTML is read as people see it', () => {
  test.each([
    [
      'lines and paragraphs',
      '<p>a</p><p>b</p><div>c<br>d</div><p class=MsoNormal>e</p><p class=MsoNormal>f</p>',
      'a\n\nb\n\nc\nd\ne\nf',
    ],
    [
      'tables',
      '<table><tr><td><div>a</div></td><td>b</td></tr><tr><td>1</td><td><p>2</p></td></tr></table>',
      'a\tb\n1\t2',
    ],
    ['lists', '<ol><li>请问</li><li><b>还有</b></li></ol><ul><li>x</ul>', '1. 请问\n2. 还有\n- x'],
    ['preformatted text', '<pre>a  b\n  c</pre><span style="white-space:pre-wrap">d  e</span>', 'a  b\n  c\nd  e'],
    [
      'links that show other words',
      '<a href="https://pan.example/x">下载</a> <a href="https://a.example">a.example</a>',
      '下载 <https://pan.example/x> a.example',
    ],
    ['nothing that is hidden', '<title>t</title><script>s</script><div style="display:none">h</div>v<!-- c -->', 'v'],
    ['entities', '&lt;a&gt; &amp; &#x4f60;&nbsp;好', '<a> & 你 好'],
    ['elements that nobody closed', '<div><p>a<p>b<table><tr><td>c<td>d</div>', 'a\n\nb\nc\td'],
  ])('%s', (_what, body, text) => {
    expect(separateReply({ html: body }).newText).toBe(text);
  });

  test('and only where the text alone does not show the quotation', () => {
    const tail = `发件人: L1 <l1@support.example>\n发送时间: 2020年5月7日 9:47\n收件人: c\n主题: Re\n\n${old}`;
    const quoted = `<p>new</p><div id="divRplyFwdMsg">x</div>${oldHtml}`;
    expect(separateReply({ text: `new\n\n${tail}`, html: quoted })).toMatchObject({ source: 'text', newText: 'new' });
    expect(separateReply({ text: 'new\nx\n客户, 您好!', html: quoted })).toMatchObject({
      source: 'html',
      newText: 'new',
    });
    expect(separateReply({ text: 'new', html: '<p>new</p>' }).source).toBe('text');
    expect(separateReply({ text: ' \n', html: '<p>new</p>' }).newText).toBe('new');
  });
});

test('time grows with the length, whatever comes', () => {
  const texts = [
    `From${' '.repeat(250_000)}x`,
    `${'-'.repeat(250_000)}x`,
    'On \n'.repeat(50_000),
    '原始邮件\n\n'.repeat(50_000),
    'From: a\n'.repeat(50_000),
    'From: a\n\n'.repeat(50_000),
    '本邮件 保密\n'.repeat(50_000),
    '-- \n'.repeat(50_000),
    '> \n'.repeat(50_000),
    `${'a@b '.repeat(120)}\n`.repeat(1_000),
    `${'a'.repeat(490)}:\n`.repeat(1_000),
    `${' '.repeat(480)}x:\n`.repeat(1_000),
    `${'-'.repeat(480)}x\n`.repeat(1_000),
    `在2020-1-1 1:1 ${'a, '.repeat(150)}写道:\n`.repeat(1_000),
  ];
  const htmls = [
    '<div>'.repeat(100_000),
    `${'<b>'.repeat(100_000)}${'</i>'.repeat(100_000)}`,
    '<'.repeat(400_000),
    `<a ${'x=1 '.repeat(100_000)}`,
    '<blockquote type=cite>'.repeat(50_000),
    '<!--'.repeat(100_000),
    '&'.repeat(250_000),
    '<div style="background:#efefef">a</div>'.repeat(20_000),
    '<table><td>a'.repeat(50_000),
    '<div id="mail-editor-reference-message-container">a</div>'.repeat(15_000),
    '<br>'.repeat(100_000),
    `<ol>${'<li>'.repeat(50_000)}`,
    `<p class="${'a '.repeat(250_000)}">x`,
    `<a href="https://x">${'a'.repeat(10)}</a>`.repeat(30_000),
  ];
  const start = process.cpuUsage();
  for (const text of texts) separateReply({ text });
  for (const body of htmls) separateReply({ html: body });
  const { user, system } = process.cpuUsage(start);
  // Whoever looks at all lines again at each line takes minutes.
  expect((user + system) / 1_000).toBeLessThan(15_000);
});

test('HTML beyond two million units is not read, and that is said', () => {
  const separated = separateReply({ html: `<p>a</p>${' '.repeat(2_000_000)}<p>b</p>` });
  expect(separated).toMatchObject({ newText: 'a', isCutShort: true });
});
