import { describe, expect, test } from '@jest/globals';
import { newTextOf } from './new-text.js';

const quoted = '客户, 您好!\n请上传 Full Dump。\n--------------\n服务电话： 400-818-0055';
const fresh = '已有日志文件，明天请告知ftp';

describe('the new words of a reply', () => {
  test.each([
    ['a marker with dashes', `---原始邮件---\n${quoted}`],
    ['a marker with nothing below', '---原始邮件---'],
    ['a bare marker at the end', '原始邮件'],
    ['a bare marker above headers', `原始邮件\n发件人：一线工程师\n${quoted}`],
    ['QQ', `------------------ 原始邮件 ------------------\n发件人: "一线工程师"\n${quoted}`],
    ['QQ in English', `------------------\u00a0Original\u00a0------------------\nFrom: l1\n${quoted}`],
    [
      'Outlook',
      `发件人: 一线工程师 <l1@support.example>\n发送时间: 2020年5月7日 9:47\n收件人: contact\n主题: 回复\n\n${quoted}`,
    ],
    [
      'Outlook with a rule',
      `________________________________\nFrom: L1\nSent: Thursday\nTo: contact\nSubject: Re\n\n${quoted}`,
    ],
    ['Outlook, classic', `-----Original Message-----\nFrom: L1\n${quoted}`],
    [
      'Foxmail',
      `--------------\n\n发件人： 一线工程师\n发送时间： 2020-05-07 09:47\n收件人： contact\n主题： 回复\n${quoted}`,
    ],
    [
      'Gmail in Chinese',
      `一线工程师 <l1@support.example> 于2020年5月7日周四 上午9:47写道：\n\n> 客户, 您好!\n> 请上传`,
    ],
    [
      'Gmail in English',
      `On Thu, May 7, 2020 at 9:47 AM L1 Engineer <l1@support.example>\nwrote:\n\n> Dear customer\n>\n> upload`,
    ],
    ['Apple Mail', `在 2020年5月7日，上午9:47，一线工程师 <l1@support.example> 写道：\n\n> 客户, 您好!`],
    ['NetEase', `在 2020-05-07 09:47:29，"一线工程师" <l1@support.example> 写道：\n${quoted}`],
    ['a phone', '发自我的iPhone'],
    ['a phone and a quotation', `发自我的iPhone\n\n---原始邮件---\n${quoted}`],
  ])('end where %s begins', (_form, tail) => {
    expect(newTextOf(`${fresh}\n\n${tail}`)).toBe(fresh);
    expect(newTextOf(`${fresh}\n\n${tail}`.replaceAll('\n', '\r\n'))).toBe(fresh);
  });

  test.each([
    ['dashes above a phone number', '收到\n--------------\n服务电话： 400-818-0055'],
    ['dashes inside a summary', '案例总结\n----------\n案例范围：蓝屏\n案例进展：等待'],
    [
      'debugger output',
      'Dump分析：\n3: kd> !address fffff807376ef014\nMapping user range ...\nUsage:                  Module\n    File date:        00000000.00000000\n    Image path: \\SystemRoot\\System32\\Drivers\\Ntfs.sys\n---------\nfffff807`375f0000 fffff807`3787d000   Ntfs     # (no symbols)',
    ],
    ['a stack with rules', 'STACK_TEXT:\n-----------------\nffffd1ba nt!KeBugCheckEx\nFrom: nt!KiRaise\nDone'],
    ['a sentence about somebody who wrote', '他在群里写道：\n蓝屏又出现了'],
    ['the words “original mail” in a sentence', '请看原始邮件里的截图\n原始邮件\n是上周发的'],
    ['a line that starts with From', 'From: C:\\Windows\\MEMORY.DMP\n已压缩'],
    ['an incomplete “On … wrote:”', 'On Monday the user wrote:\nit crashed'],
  ])('keep %s', (_what, text) => {
    expect(newTextOf(text)).toBe(text);
  });

  test('stand between quoted lines', () => {
    const text = `On Thu, May 7, 2020 at 9:47 AM L1 <l1@support.example> wrote:\n> 1) version?\n1809\n> 2) steps?\nnone`;
    expect(newTextOf(text)).toBe('1809\nnone');
  });

  test('end at a bare mark above the mail program’s own', () => {
    const text = `DMP已上传至FTP，请查看\n原始邮件\n\n------------------ 原始邮件 ------------------\n${quoted}`;
    expect(newTextOf(text)).toBe('DMP已上传至FTP，请查看');
  });

  test('are none when only a quotation came, but all of a forward', () => {
    const text = `---原始邮件---\n${quoted}`;
    expect([newTextOf(text), newTextOf(text, { forwarded: true })]).toEqual(['', text]);
  });

  test('are found quickly in a hostile text', () => {
    const hostile = [
      `From${' '.repeat(100_000)}x`,
      `${'-'.repeat(100_000)}x`,
      'On \n'.repeat(20_000),
      '原始邮件\n\n'.repeat(20_000),
    ];
    const start = Date.now();
    for (const text of hostile) newTextOf(text);
    expect(Date.now() - start).toBeLessThan(2_000);
  });
});
