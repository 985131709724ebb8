import { EscalationPackage } from '@caserelay/contracts';
import { describe, expect, it } from '@jest/globals';
import { escalationPackage } from './escalation-package.js';
import { contact, engineer, finding, GivenCase, id } from './given-case.js';

const facts = {
  endCustomer: '陕西省煤田地质集团有限公司',
  partner: '西安中御智诚信息技术有限公司',
  problem: '用户机器出现不定期蓝屏现象，随机出现，伴随卡死',
};

/** As the real case stood when it was escalated by hand: two dumps, a question of the customer, a question of ours. */
function escalated(): GivenCase {
  return new GivenCase('2020-04-28T10:04:00.000Z')
    .report({ contact, owner: engineer, ...facts })
    .takeSpace()
    .at('2020-05-07T03:35:00.000Z')
    .mail('question', '请问采集工具都可以针对哪些问题？系统是 CMGE V2020-L')
    .at('2020-05-07T07:59:00.000Z')
    .upload(1, 'MEMORY1.zip')
    .analysed(1, {
      findings: [
        finding({ kind: 'kernel', bugcheck: { code: '0x139', name: 'KERNEL_SECURITY_CHECK_FAILURE', parameters: [] } }),
      ],
      holdsFullDump: false,
      signature: '0x139_3 KERNEL_SECURITY_CHECK_FAILURE',
    })
    .upload(2, 'MEMORY2.zip')
    .analysed(2)
    .at('2020-05-07T08:30:00.000Z')
    .person({ type: 'ask-question', text: '死机时键盘灯还有反应吗？' } as never)
    .at('2020-05-07T09:38:00.000Z')
    .person({ type: 'escalate', reason: 'symbol 无法解析，需要升级处理' } as never, id(501));
}

describe('the escalation package', () => {
  it('is no poorer than the mail that a person wrote: who, what, system, dumps with parameters, reason', () => {
    const paper = escalationPackage(escalated().grounds());
    expect(EscalationPackage.parse(JSON.parse(JSON.stringify(paper)))).toEqual(paper);
    expect(paper).toMatchObject({ ...facts, contact, owner: engineer, phase: 'escalated', priority: 'p3' });
    expect(paper.environment).toMatchObject({
      systems: [{ osName: 'Windows 10 1809', osBuild: 17763, machine: 'x64' }],
      drivers: { thirdParty: [{ name: 'hook.sys' }] },
      saidByCustomer: { text: expect.stringContaining('CMGE V2020-L') as unknown },
    });
    expect(
      paper.findings.map(({ name, signature, finding: { bugcheck, kind } }) => [name, signature, bugcheck?.code, kind]),
    ).toEqual([
      ['MEMORY1.zip', '0x139_3 KERNEL_SECURITY_CHECK_FAILURE', '0x139', 'kernel'],
      ['MEMORY2.zip', '0x1e KMODE_EXCEPTION_NOT_HANDLED Ntfs.sys', '0x1e', 'full'],
    ]);
    expect(paper.files).toEqual([
      expect.objectContaining({ name: 'MEMORY1.zip', state: 'dump', kinds: ['kernel'], sha256: 'a'.repeat(64) }),
      expect.objectContaining({
        name: 'MEMORY2.zip',
        state: 'dump',
        kinds: ['full'],
        receivedAt: '2020-05-07T07:59:00.000Z',
      }),
    ]);
    expect(paper.escalations.at(-1)).toMatchObject({
      because: 'asked-by-person',
      reason: 'symbol 无法解析，需要升级处理',
    });
  });

  it('says what is asked of the next level: the reason, an unsure suspect, a question nobody answered', () => {
    const { requests } = escalationPackage(escalated().grounds());
    expect(requests.map(({ ask }) => ask)).toEqual(['as-asked', 'judge-suspect', 'answer-customer']);
  });

  it('counts a question of the customer as answered once an answer went out, and not before', () => {
    const given = escalated();
    expect(escalationPackage(given.grounds()).customerQuestions).toEqual([
      expect.objectContaining({ answeredAt: null }),
    ]);
    given.at('2020-05-07T10:00:00.000Z').person({ type: 'answer', text: '收集系统信息和日志' } as never, id(502));
    const { customerQuestions, requests } = escalationPackage(given.grounds());
    expect(customerQuestions[0]?.answeredAt).toBe('2020-05-07T10:00:00.000Z');
    expect(requests.map(({ ask }) => ask)).not.toContain('answer-customer');
  });

  it('tells the time that passed as working time: no night, no weekend, no holiday, but the make-up day', () => {
    const { timeline } = escalationPackage(escalated().grounds());
    expect(timeline.calendar).toEqual({ name: 'office', zone: 'Asia/Shanghai' });
    const hours = (type: string) =>
      (timeline.lines.find((line) => line.type === type)?.workingMilliseconds ?? NaN) / 3_600_000;
    expect(hours('case.opened')).toBe(0);
    // 28 April 18:04 to 7 May 11:35 in Shanghai: 29 and 30 April and 6 May whole, 2:35 of the 7th; 1 to 5 May are off.
    expect(hours('case.customer-forwarded')).toBeCloseTo(3 * 7.5 + 2 + 35 / 60, 5);
  });

  it('names what nobody told and makes nothing up', () => {
    const bare = new GivenCase('2020-04-28T10:04:00.000Z').report();
    const paper = escalationPackage(bare.grounds());
    expect(paper.missing).toEqual([
      ...['partner', 'end-customer', 'problem', 'contact', 'owner', 'system', 'drivers', 'files', 'full-dump'],
      ...['findings', 'installed-programs', 'reproduction-steps'],
    ]);
    expect(paper.environment).toEqual({ systems: [], drivers: null, saidByCustomer: null });
    expect(paper.requests).toEqual([]);
    expect(paper.plan).toBeNull();
  });

  it('tells how near each clock is to its breach, and asks to take on one that is breached', () => {
    const given = new GivenCase('2020-04-28T01:00:00.000Z').report({ owner: engineer });
    const passed = (now: string) =>
      escalationPackage(given.at(now).grounds()).clocks.find(({ clock }) => clock === 'first-response');
    // Working time from 09:00 to 12:00 and from 13:30 to 18:00; the goal of p3 is eight hours.
    expect(passed('2020-04-28T04:00:00.000Z')).toMatchObject({ passedPercent: 37, state: 'running' });
    expect(passed('2020-04-29T02:00:00.000Z')).toMatchObject({ passedPercent: 100, state: 'breached' });
    expect(escalationPackage(given.grounds()).requests).toContainEqual(
      expect.objectContaining({ ask: 'take-over-clock', detail: 'first-response' }),
    );
  });

  it('is the same for the same history, and forgets an escalation once the case was opened anew', () => {
    const given = escalated();
    expect(escalationPackage(given.grounds())).toEqual(escalationPackage(given.grounds()));
    given
      .person({ type: 'archive', summary: 'done' } as never, id(503))
      .person({ type: 'reopen', reason: 'again' } as never, id(504));
    const { requests, escalations } = escalationPackage(given.grounds());
    expect(escalations).toHaveLength(2);
    expect(requests.map(({ ask }) => ask)).not.toContain('as-asked');
  });
});
