import { describe, expect, test } from '@jest/globals';
import { caseKeysOf, isForward } from './case-keys.js';
import { subjectFacts } from './subject-facts.js';

const subjectOfThread =
  '回复: 回复：[案例号: CAS-02227-X4W1B1 ] % 西安中御智诚信息技术有限公司帮陕西省煤田地质集团有限公司反馈电脑蓝屏问题 % 初次响应 CMIT:0001409';
const topicOfThread = '% 西安中御智诚信息技术有限公司帮陕西省煤田地质集团有限公司反馈电脑蓝屏问题 % 初次响应';
const caseId = '0190f3c2-1111-7222-8333-444455556666';
const letterId = '0190f3c2-aaaa-7bbb-8ccc-ddddeeeeffff';

describe('the keys of a case', () => {
  test.each([
    ['as the thread writes it', subjectOfThread],
    [
      'in full-width characters',
      `答复：【案例号：ＣＡＳ－０２２２７－Ｘ４Ｗ１Ｂ１】${topicOfThread} ＣＭＩＴ：０００１４０９`,
    ],
    [
      'in lower case, with English prefixes',
      `Re: RE: Fwd: [Case number: cas-02227-x4w1b1] ${topicOfThread} cmit: 0001409`,
    ],
    ['with the prefix behind the number', `[案例号: CAS-02227-X4W1B1 ] 转发：${topicOfThread} CMIT:0001409`],
  ])('are found %s', (_how, subject) => {
    expect(caseKeysOf({ subject })).toMatchObject({
      trackingToken: 'CMIT:0001409',
      caseNumber: 'CAS-02227-X4W1B1',
      topic: topicOfThread,
    });
  });

  test.each(['XCMIT:0001409', 'CMIT:12', 'CAS-02227-X4W1B1Z', 'XCAS-02227-X4W1B1', 'CAS-2227-X4W1B1', '电脑蓝屏'])(
    'are not seen in “%s”',
    (subject) => {
      expect(caseKeysOf({ subject })).toMatchObject({ trackingToken: null, caseNumber: null });
    },
  );

  test.each([
    'Blue screen at Contoso, CAS-02227-X4W1B1',
    'CMIT:0001409; Blue screen at Contoso',
    'Blue screen at Contoso，',
  ])('leave a topic without what set it off: “%s”', (subject) => {
    expect(caseKeysOf({ subject }).topic).toBe('Blue screen at Contoso');
  });

  test('follow the patterns of the support centre', () => {
    const keys = caseKeysOf({ subject: 'Re: [HELP#42] T-1:0001' }, { tokenPrefix: 'T-1', caseNumber: 'HELP#\\d+' });
    expect(keys).toMatchObject({ trackingToken: 'T-1:0001', caseNumber: 'HELP#42', topic: '' });
  });

  test('name the case whose letter is answered, nearest first', () => {
    const keys = caseKeysOf({
      subject: 'Re: hello',
      inReplyTo: `<${caseId}.${letterId}@support.example>`,
      references: ['<first@partner.example>', `<${letterId}.${caseId}@support.example>`],
    });
    expect(keys.caseIds).toEqual([caseId, letterId]);
    expect(keys.answers).toEqual([
      `<${caseId}.${letterId}@support.example>`,
      `<${letterId}.${caseId}@support.example>`,
      '<first@partner.example>',
    ]);
  });

  test('take no other Message-ID for our own', () => {
    expect(caseKeysOf({ subject: '', inReplyTo: `<${caseId}@support.example>` }).caseIds).toEqual([]);
  });

  test('are taken from the body only when it names one', () => {
    const one = caseKeysOf({ subject: '', text: 'about CAS-02227-X4W1B1, yes, CAS-02227-X4W1B1' });
    const two = caseKeysOf({ subject: '', text: 'like CAS-02227-X4W1B1 and CAS-02228-AAAAAA' });
    expect(one).toMatchObject({ caseNumber: null, mentioned: { caseNumber: 'CAS-02227-X4W1B1' } });
    expect(two.mentioned.caseNumber).toBeNull();
  });

  test('know a forward from a reply', () => {
    expect([isForward('回复: 转发：x'), isForward('Fwd: x'), isForward('Re: forward')]).toEqual([true, true, false]);
  });
});

describe('the facts in a subject', () => {
  test('are partner, end customer and problem', () => {
    expect(subjectFacts(topicOfThread)).toEqual({
      partner: '西安中御智诚信息技术有限公司',
      endCustomer: '陕西省煤田地质集团有限公司',
      problem: '电脑蓝屏问题',
    });
  });

  test.each([
    ['a name that holds 帮', '% 帮帮科技有限公司帮甲公司反馈死机 %', '帮帮科技有限公司', '甲公司', '死机'],
    ['no closing mark', '甲帮乙反馈丙', '甲', '乙', '丙'],
    ['no partner', '% 乙公司反馈蓝屏 %', null, '乙公司', '蓝屏'],
    ['English', '% Acme Ltd on behalf of Mine Corp reports blue screens %', 'Acme Ltd', 'Mine Corp', 'blue screens'],
  ])('are read with %s', (_how, topic, partner, endCustomer, problem) => {
    expect(subjectFacts(topic)).toEqual({ partner, endCustomer, problem });
  });

  test.each(['电脑蓝屏问题', '用户反馈电脑蓝屏', '', '%%%'])('are null in “%s”', (topic) => {
    expect(subjectFacts(topic)).toEqual({ partner: null, endCustomer: null, problem: null });
  });
});
