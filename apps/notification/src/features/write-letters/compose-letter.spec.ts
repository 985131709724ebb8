import { describe, expect, test } from '@jest/globals';
import { eventSchemas, LetterSent, type Language, type LetterTopic } from '@caserelay/contracts';
import { instructionsOf, say, UnreadableDump } from '@caserelay/crash-dump';
import { composeLetter, referencesOf, type Letter } from './compose-letter.js';
import {
  caseId,
  customer,
  engineer,
  file,
  fullDump,
  given,
  kernelDump,
  letterEventTypes,
  recognisedKernelDump,
  senior,
  settings,
  sha256,
  space,
} from './given-letter-event.js';
import type { LetterEvent } from './letter-bodies.js';
import { textsOf } from './templates/texts-of.js';

const languages: Language[] = ['zh-CN', 'en'];
const everyLetter = languages.flatMap((language) => letterEventTypes.map((type) => [type, language] as const));

function letterOf(event: LetterEvent, more: Partial<typeof settings> = {}): Letter {
  const letter = composeLetter(event, { ...settings, ...more });
  if (!letter) throw new Error(`${event.type} gave no letter`);
  return letter;
}

describe.each(everyLetter)('the letter of %s in %s', (type, language) => {
  const event = given(type, language);
  const letter = letterOf(event);

  test('is of an event as the contracts have it, and can be told', () => {
    expect(eventSchemas.get(type)?.safeParse(event).error).toBeUndefined();
    expect(LetterSent.shape.data.safeParse(letter).error).toBeUndefined();
  });

  test('names case and token in its subject, in the thread of the last mail', () => {
    const expected = {
      'zh-CN': `回复：[案例号: CAS-02227-X4W1B1 ] % ${event.data.file.topic} % CMIT:0001409`,
      en: `Re: [Case: CAS-02227-X4W1B1] ${event.data.file.topic} CMIT:0001409`,
    };
    expect(letter.subject).toBe(expected[language]);
    expect(letter.inReplyTo).toBe(event.data.file.lastMessageId);
    expect(letter.messageId).toBe(`<${caseId}.${letter.letterId}@support.example>`);
  });

  test('is the same letter when the event comes again, and another one for another event', () => {
    expect(composeLetter(event, settings)).toEqual(letter);
    expect(letterOf({ ...event, id: caseId }).letterId).not.toBe(letter.letterId);
  });

  test('greets its reader and ends with who wrote it and the service phone', () => {
    expect(letter.text).toContain(letter.to.name);
    expect(letter.text.trimEnd()).toMatch(/CaseRelay\n.*400-818-0055$/);
  });

  test('has no service phone when there is none', () => {
    expect(letterOf(event, { servicePhone: null }).text.trimEnd()).toMatch(/CaseRelay$/);
  });

  test('leaves no hole where a fact should be', () => {
    expect(letter.text).not.toMatch(/undefined|null|NaN|\[object|Invalid/);
    expect(letter.text).not.toMatch(/\n{3}/);
  });

  test('says the same in its HTML', () => {
    const shown = (line: string) =>
      line
        .replace(/^(?:\d+\. |- |> |-+$|【|\s+)|】$/g, '')
        .split(/[：:]/)[0]
        ?.trim() ?? '';
    const html = letter.html
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&amp;', '&');
    for (const line of letter.text.split('\n').map(shown)) expect(html).toContain(line);
  });

  test('shows whole access to the upload space when it brings credentials, but never a password', () => {
    const brings = letter.topics.includes('upload-credentials');
    for (const fact of [space.link, space.hostKeyFingerprint, '22222']) {
      expect([fact, letter.text.includes(fact)]).toEqual([fact, brings || type === 'case.escalated']);
    }
    expect(letter.text).not.toMatch(/(?:密码|password)\s*(?:为|是|is)?\s*[:：]\s*\S/i);
    if (!brings) return;
    for (const fact of [
      'sxmtdzjt',
      'sftp://sftp.support.example',
      '/upload',
      '2020-05-28 18:00 (Asia/Shanghai, UTC+08:00)',
    ]) {
      expect(letter.text).toContain(fact);
    }
  });
});

describe('what a letter brings about, and to whom', () => {
  test.each<[LetterEvent, { to: string; audience: Letter['audience']; topics: LetterTopic[] }]>([
    [
      given('case.evidence-requested', 'zh-CN'),
      {
        to: customer.address,
        audience: 'customer',
        topics: ['first-response', 'evidence-request', 'upload-credentials'],
      },
    ],
    [
      given('case.upload-space-announced', 'zh-CN'),
      { to: engineer.address, audience: 'colleague', topics: ['upload-space-announcement', 'upload-credentials'] },
    ],
    [
      given('case.collection-suggested', 'zh-CN'),
      { to: customer.address, audience: 'customer', topics: ['collection-suggestion', 'upload-credentials'] },
    ],
    [
      given('case.wrong-dump-noticed', 'zh-CN'),
      { to: customer.address, audience: 'customer', topics: ['wrong-dump-notice', 'evidence-request'] },
    ],
    [
      given('case.upload-acknowledged', 'zh-CN'),
      { to: customer.address, audience: 'customer', topics: ['upload-acknowledgement'] },
    ],
    [
      given('case.analysis-reported', 'zh-CN'),
      {
        to: customer.address,
        audience: 'customer',
        topics: ['analysis-report', 'evidence-request', 'upload-credentials'],
      },
    ],
    [
      given('case.analysis-reported', 'zh-CN', { verdict: 'full-dump', nextSteps: ['update-windows'] }),
      { to: customer.address, audience: 'customer', topics: ['analysis-report', 'action-plan'] },
    ],
    [
      given('case.analysis-reported', 'zh-CN', { verdict: 'full-dump', nextSteps: [] }),
      { to: customer.address, audience: 'customer', topics: ['analysis-report'] },
    ],
    [
      given('case.analysis-reported', 'zh-CN', { space: null }),
      { to: customer.address, audience: 'customer', topics: ['analysis-report', 'evidence-request'] },
    ],
    [
      given('case.upload-quarantined', 'zh-CN'),
      { to: customer.address, audience: 'customer', topics: ['quarantine-notice'] },
    ],
    [
      given('case.upload-quarantined', 'zh-CN', { to: engineer, audience: 'colleague' }),
      { to: engineer.address, audience: 'colleague', topics: ['quarantine-notice'] },
    ],
    [given('case.owner-changed', 'zh-CN'), { to: senior.address, audience: 'colleague', topics: ['handover'] }],
    [given('case.resumed', 'zh-CN'), { to: engineer.address, audience: 'colleague', topics: ['hold-notice'] }],
    [given('case.question-asked', 'zh-CN'), { to: customer.address, audience: 'customer', topics: ['question'] }],
    [given('case.merged', 'zh-CN'), { to: customer.address, audience: 'customer', topics: ['merge-notice'] }],
    [given('case.plan-written', 'zh-CN'), { to: customer.address, audience: 'customer', topics: ['action-plan'] }],
    [given('case.level-reached', 'zh-CN'), { to: senior.address, audience: 'colleague', topics: ['clock-notice'] }],
    [given('case.escalated', 'zh-CN'), { to: senior.address, audience: 'colleague', topics: ['escalation-package'] }],
    [
      given('case.customer-forwarded', 'zh-CN'),
      { to: engineer.address, audience: 'colleague', topics: ['customer-question'] },
    ],
    [
      given('case.customer-forwarded', 'zh-CN', { file: file('zh-CN', { owner: null }) }),
      { to: 'team@support.example', audience: 'colleague', topics: ['customer-question'] },
    ],
    [given('case.answer-forwarded', 'zh-CN'), { to: customer.address, audience: 'customer', topics: ['answer'] }],
    [
      given('case.customer-reminded', 'zh-CN', { space: null }),
      { to: customer.address, audience: 'customer', topics: ['reminder'] },
    ],
    [
      given('case.observation-started', 'zh-CN'),
      { to: customer.address, audience: 'customer', topics: ['observation-notice'] },
    ],
    [
      given('case.observation-started', 'zh-CN', { because: 'plan-carried-out' }),
      { to: customer.address, audience: 'customer', topics: ['observation-notice', 'reminder'] },
    ],
    [
      given('case.archived', 'zh-CN'),
      { to: customer.address, audience: 'customer', topics: ['case-summary', 'survey'] },
    ],
    [
      given('case.evidence-purged', 'zh-CN'),
      { to: customer.address, audience: 'customer', topics: ['deletion-proof'] },
    ],
  ])('%j', (event, expected) => {
    const { to, audience, topics } = letterOf(event);
    expect({ to: to.address, audience, topics }).toEqual(expected);
  });

  test('a result is given to the owner, or the team, to pass on while the contact is unknown', () => {
    for (const [owner, address] of [
      [engineer, engineer.address],
      [null, settings.teamAddress],
    ] as const) {
      const letter = letterOf(
        given('case.analysis-reported', 'zh-CN', { file: file('zh-CN', { contact: null, owner }) }),
      );
      expect({ to: letter.to.address, audience: letter.audience }).toEqual({ to: address, audience: 'colleague' });
      expect(letter.text).toContain('请将以下结果转告客户');
    }
  });

  test('no customer is written to while the contact is unknown', () => {
    for (const language of languages)
      for (const type of letterEventTypes) {
        const event = given(type, language);
        const nobody = { ...event, data: { ...event.data, file: file(language, { contact: null }) } } as LetterEvent;
        expect(composeLetter(nobody, settings)).toEqual(
          letterOf(event).audience === 'customer' &&
            type !== 'case.analysis-reported' &&
            type !== 'case.evidence-purged'
            ? null
            : expect.objectContaining({ audience: 'colleague' }),
        );
      }
  });

  test('a request that goes along with a report has no letter of its own', () => {
    for (const because of ['not-a-full-dump', 'dump-truncated', 'dump-unreadable'] as const)
      expect(composeLetter(given('case.evidence-requested', 'zh-CN', { because }), settings)).toBeNull();
  });
});

describe('subject and thread', () => {
  const opening = given('case.evidence-requested', 'zh-CN', { file: file('zh-CN', { lastMessageId: null }) });

  test('a letter that answers nothing carries no reply prefix', () => {
    expect(letterOf(opening).subject).toMatch(/^\[案例号/);
    expect(letterOf(opening).inReplyTo).toBeNull();
  });

  test('a topic cannot break the header and is kept to a length', () => {
    const topic = `blue\r\nBcc: all@example.com\t${'蓝'.repeat(500)}`;
    const { subject } = letterOf(given('case.archived', 'en', { file: file('en', { topic }) }));
    expect(subject).toMatch(/^Re: \[Case: CAS-02227-X4W1B1\] blue Bcc: all@example.com 蓝+ CMIT:0001409$/);
    expect(subject.length).toBeLessThan(230);
  });

  test('references end with the mail that is answered, without doubles, at most ten', () => {
    const earlier = Array.from({ length: 12 }, (_, index) => `<${index}@x>`);
    expect(referencesOf(earlier, '<3@x>')).toEqual([...earlier.slice(2, 3), ...earlier.slice(4), '<3@x>'].slice(-10));
    expect(referencesOf(['<a@x>'], null)).toEqual(['<a@x>']);
    expect(referencesOf([], '<b@x>')).toEqual(['<b@x>']);
  });
});

describe('what letters say', () => {
  test('the first response asks for version and steps, and says how to configure a full dump', () => {
    const { text } = letterOf(given('case.evidence-requested', 'zh-CN'));
    for (const words of [
      '财务的电脑装机后',
      'winver',
      '固定触发蓝屏',
      '完全内存转储',
      '分页文件',
      '重启计算机',
      'filezilla-project.org',
    ])
      expect(text).toContain(words);
    const english = letterOf(given('case.evidence-requested', 'en')).text;
    for (const words of ['winver', 'fixed steps', 'Complete memory dump', 'paging file', 'Restart the computer'])
      expect(english).toContain(words);
  });

  test('an acknowledgement names file, size and checksum', () => {
    const { text } = letterOf(given('case.upload-acknowledged', 'zh-CN'));
    for (const fact of ['0507.zip', '1.18 MiB (1,234,567 B)', sha256]) expect(text).toContain(fact);
  });

  test('a report holds every fact of the dump, what came before, and what that means', () => {
    const { text } = letterOf(given('case.analysis-reported', 'zh-CN'));
    for (const fact of [
      '0x1e KMODE_EXCEPTION_NOT_HANDLED',
      '参数 1：0xffffffffc0000005，未被处理的异常：0xc0000005 STATUS_ACCESS_VIOLATION',
      'Windows 10 1809，可能是 CMGE V2020-L，内部版本 17763，amd64，4 个处理器',
      '2020-05-07 06:40 (UTC) = 2020-05-07 14:40 (Asia/Shanghai, UTC+08:00)',
      '1 天 2 小时 3 分',
      '不完整（被截断），4.00 GiB (4,294,967,296 B) / 8.00 GiB (8,589,942,784 B)',
      '0x139 KERNEL_SECURITY_CHECK_FAILURE，参数 1 0x3（检测到的损坏：3，LIST_ENTRY：链表项已损坏：相邻项未指回该项，例如重复移除）',
      '内核链表（LIST_ENTRY）被破坏',
      '不同',
      'appwiz.cpl',
      '压缩后再上传',
    ])
      expect(text).toContain(fact);
  });

  test('an escalation says in the language of the case why a dump is damaged', () => {
    const reason = '0507.zip: 4096 of 8192 bytes are there (the size in its triage header)';
    const { text } = letterOf(given('case.escalated', 'zh-CN', { reason }));
    expect(text).toContain('0507.zip：应有 8192 字节，实有 4096 字节（其小转储头中的大小）');
    expect(letterOf(given('case.escalated', 'en', { reason })).text).toContain(reason);
  });

  test('a dump that is not full is answered with how to configure one, even if no step says so', () => {
    const event = given('case.analysis-reported', 'en', {
      findings: [kernelDump],
      earlierFindings: [],
      verdict: 'not-a-full-dump',
      nextSteps: [],
    });
    expect(letterOf(event).text).toContain('This is not a full dump');
    expect(letterOf(event).text).toContain('Complete memory dump');
  });

  test('a step of a later version is left out, in the plan, in reminders and in the summary', () => {
    const steps = ['update-windows', 'step-of-a-later-version'];
    for (const event of [
      given('case.analysis-reported', 'zh-CN', { findings: [fullDump], verdict: 'full-dump', nextSteps: steps }),
      given('case.customer-reminded', 'zh-CN', { planSteps: steps }),
      given('case.archived', 'zh-CN', { steps }),
    ]) {
      expect(eventSchemas.get(event.type)?.safeParse(event).error).toBeUndefined();
      expect(letterOf(event).text).toContain('更新 Windows');
      expect(letterOf(event).text).not.toContain('later-version');
    }
  });

  test('steps name the suspected driver, risky ones with warning and way back; what to beware of comes after them', () => {
    const culprit = (name: string, company: string) => ({
      ...fullDump,
      culprit: { name, company, fileVersion: '1.2.3.4', confidence: 'high' as const, reasons: ['…'] },
    });
    const { text } = letterOf(
      given('case.analysis-reported', 'zh-CN', {
        findings: [culprit('yyprotect.sys', 'Example Software')],
        verdict: 'full-dump',
        nextSteps: ['update-suspect-driver', 'verify-suspect-driver'],
      }),
    );
    expect(text).toMatch(
      /【仅对 yyprotect\.sys 开启 Special Pool】\n\n重要：.*用户同意[^]*verifier \/flags 0x1 \/driver yyprotect\.sys/,
    );
    expect(text).toMatch(/【停止验证该驱动】\n\n1\. .*verifier \/reset/);
    const windows = given('case.analysis-reported', 'zh-CN', {
      findings: [culprit('Ntfs.sys', 'Microsoft Corporation')],
      verdict: 'full-dump',
      nextSteps: ['update-windows'],
    });
    expect(letterOf(windows).text).toMatch(/更新 Windows[^]*【Ntfs\.sys 是发现破坏的位置，未必是元凶】/);
  });

  test('a stop code without a family of its own is explained by the playbooks', () => {
    const bugcheck = { code: '0x9f', name: 'DRIVER_POWER_STATE_FAILURE', parameters: [] };
    const event = given('case.analysis-reported', 'zh-CN', { findings: [{ ...fullDump, bugcheck }], nextSteps: [] });
    expect(letterOf(event).text).toContain('驱动未能按时完成电源状态切换');
    const unknown = { ...fullDump, bugcheck: { ...bugcheck, code: '0xdeaddead' } };
    expect(letterOf(given('case.analysis-reported', 'zh-CN', { findings: [unknown] })).text).toContain(
      '仅凭该停止代码和参数还不能判断原因',
    );
  });

  test('a notice says what arrives, what it lacks, what can be done now, and how to get a full dump', () => {
    const { text } = letterOf(given('case.wrong-dump-noticed', 'zh-CN'));
    for (const words of [
      '“0429.zip”还没有到齐',
      '文件：0429.zip > MEMORY.DMP',
      '核心内存转储',
      '0x139 KERNEL_SECURITY_CHECK_FAILURE',
      'Windows 10 1809',
      '内部版本 17763，amd64',
      '1.00 MiB (1,048,576 B)；整个转储（解压后）至少 606.00 MiB (635,437,056 B)',
      '不含应用程序的内存',
      '可以停止这次上传',
      '如果这个压缩包里另外还有 Full Dump',
      'C:\\Windows\\MEMORY.DMP',
      '完全内存转储',
      '分页文件',
      '重启计算机',
      '压缩后再上传',
      '上传账号（sxmtdzjt）',
    ])
      expect(text).toContain(words);
    const english = letterOf(given('case.wrong-dump-noticed', 'en')).text;
    for (const words of [
      'not all here yet',
      'build 17763',
      'not that of programs',
      'You may stop this upload',
      'paging',
    ])
      expect(english).toContain(words);
  });

  test('a notice speaks of what its kind of dump lacks, and of other dumps only where there may be some', () => {
    for (const language of languages) {
      const lacks = (['kernel', 'triage', 'header-only', 'user'] as const).map((kind) => {
        const dump = { ...recognisedKernelDump, kind, member: null, expectedBytes: null, osBuild: null, osName: null };
        const { text } = letterOf(given('case.wrong-dump-noticed', language, { dump, space: null }));
        expect(text).not.toMatch(/压缩包里另外|in this archive|sxmtdzjt|至少|at least/);
        return textsOf(language).notice.lacks[kind];
      });
      expect(new Set(lacks).size).toBe(4);
    }
  });

  test('a report after a notice refers to it and explains only what is new', () => {
    for (const language of languages) {
      const event = given('case.analysis-reported', language, {
        findings: [kernelDump],
        earlierFindings: [],
        verdict: 'not-a-full-dump',
        nextSteps: ['configure-full-dump', 'collect-full-dump', 'list-installed-programs'],
        noticedAt: '2020-05-07T09:21:34.000+08:00',
      });
      const { text } = letterOf(event);
      expect(text).toContain('2020-05-07 09:21 (Asia/Shanghai, UTC+08:00)');
      expect(text).toContain('appwiz.cpl');
      expect(text).not.toContain('SystemPropertiesAdvanced');
      expect(text).toContain(instructionsOf('configure-full-dump', language, null)?.title);
      expect(text).not.toContain(textsOf(language).report.verdict['not-a-full-dump']);
      expect(text.length).toBeLessThan(
        letterOf({ ...event, data: { ...event.data, noticedAt: undefined } }).text.length,
      );
    }
  });

  test('a report after a notice does not ask for the same file again because it cannot be read', () => {
    const noticedAt = '2020-05-07T09:21:34.000+08:00';
    const news = { verdict: 'dump-unreadable' as const, nextSteps: [], noticedAt };
    const { text } = letterOf(given('case.analysis-reported', 'zh-CN', news));
    expect(text).toContain('这一份不必重新上传');
    expect(text).not.toContain('右键单击复制出的文件');
  });

  test('a report of an archive that held a full dump behind the noticed one asks for it again when it is cut short', () => {
    const noticedAt = '2020-05-07T09:21:34.000+08:00';
    const news = { verdict: 'dump-truncated' as const, nextSteps: [], noticedAt };
    expect(letterOf(given('case.analysis-reported', 'zh-CN', news)).text).toContain('请重新压缩后上传');
    expect(letterOf(given('case.analysis-reported', 'en', news)).text).toContain('compress and upload it again');
  });

  test('a report of an archive that held a full dump after all takes the notice back', () => {
    const noticedAt = '2020-05-07T09:21:34.000+08:00';
    const event = given('case.analysis-reported', 'en', { findings: [fullDump], verdict: 'full-dump', noticedAt });
    expect(letterOf(event).text).toContain('Please disregard that mail');
    expect(letterOf(event).topics).not.toContain('evidence-request');
  });

  test('a full dump is not asked for again', () => {
    const event = given('case.analysis-reported', 'en', {
      findings: [fullDump],
      verdict: 'full-dump',
      reason: '',
      nextSteps: ['enable-special-pool'],
    });
    const { text } = letterOf(event);
    expect(text).toContain('The stop code is the same as before (0x139 KERNEL_SECURITY_CHECK_FAILURE)');
    expect(text).not.toContain('Complete memory dump');
    expect(text).toMatch(/Important: .*slower[^]*Tick "Special pool"[^]*Switch special pool off[^]*verifier \/reset/);
  });

  test('a report names the suspected module with its version and company, and says that it is no proof', () => {
    const finding = {
      ...fullDump,
      crash: { address: '0xfffff807376ef014', module: 'Ntfs.sys', offset: '0xff014' },
      culprit: {
        ...{ name: 'Ntfs.sys', fileVersion: '10.0.17763.592', company: 'Microsoft Corporation' },
        confidence: 'medium' as const,
        reasons: ['it crashed inside it, at Ntfs.sys+0xff014', 'a reason of a later version'],
      },
    };
    const { text } = letterOf(given('case.analysis-reported', 'zh-CN', { findings: [finding] }));
    expect(text).toContain('Ntfs.sys 10.0.17763.592 (Microsoft Corporation)，可信度中');
    expect(text).toContain('Ntfs.sys+0xff014 (0xfffff807376ef014)');
    expect(text).toContain('判断依据：崩溃发生在该模块内部，位置 Ntfs.sys+0xff014；a reason of a later version');
    expect(text).toContain('不是定论');
    expect(text).not.toContain('不指认');
  });

  test('a report of which nobody can be named names nobody', () => {
    const culprit = { name: null, fileVersion: null, company: null, confidence: 'low' as const, reasons: ['no stack'] };
    const { text } = letterOf(given('case.analysis-reported', 'en', { findings: [{ ...fullDump, culprit }] }));
    expect(text).not.toContain('Suspected module');
    expect(text).toContain('they do not name a driver');
  });

  test('an upload that could not be read says why', () => {
    const event = given('case.analysis-reported', 'en', {
      findings: [],
      earlierFindings: [],
      verdict: 'dump-unreadable',
      reason: 'starts with 00000000, expected PAGEDU64',
    });
    expect(letterOf(event).text).toContain('Error while reading: starts with 00000000, expected PAGEDU64');
  });

  test('says so in Chinese to Chinese readers, whatever was found', () => {
    const why = (reason: string): string =>
      letterOf(
        given('case.analysis-reported', 'zh-CN', {
          ...{ findings: [], earlierFindings: [], verdict: 'dump-unreadable', reason },
        }),
      ).text.replaceAll(/\s+/g, '');
    const { message } = new UnreadableDump('no-dump', say('empty-file'));
    const first = say('in-archive', { name: 'MEMORY.DMP', why: message });
    const rest = say('in-archive-unread', { name: 'b.dmp', why: say('checksum-differs') });
    expect(why(say('several-reasons', { first, rest }))).toContain(
      '压缩包中的“MEMORY.DMP”：实际是空文件；应为Windows内核转储（PAGEDU64、PAGEDUMP）或用户态转储（MDMP）；无法读取压缩包中的“b.dmp”：校验和（CRC-32）与内容不符',
    );
    const where = say('at-stage-of', { stage: say('stage-unpacking'), member: 'a.dmp', bytes: 7 });
    expect(why(say('reading-stopped', { exceeded: say('took-memory', { most: 512 }), where }))).toContain(
      '读取时占用内存超过512MiB，在解压“a.dmp”、读到7字节时停止',
    );
  });

  test('a file behind a password is asked for without one, and nobody is asked to mail a password', () => {
    const locked = {
      ...{ findings: [], earlierFindings: [], verdict: 'dump-unreadable' as const },
      reason: '"MEMORY.DMP" in the archive cannot be read: it is encrypted; a password is needed',
    };
    const english = letterOf(given('case.analysis-reported', 'en', locked)).text.replaceAll(/\s+/g, ' ');
    expect(english).toContain('pack the dump again without a password');
    expect(english).toContain('Please send no password by mail');
    expect(english).not.toContain('a password is needed');
    expect(english).not.toContain('cannot be read as a Windows dump');
    const chinese = letterOf(given('case.analysis-reported', 'zh-CN', locked)).text.replaceAll(/\s+/g, '');
    expect(chinese).toContain('请不要通过邮件发送密码');
    const other = letterOf(given('case.analysis-reported', 'en', { ...locked, reason: 'it is damaged' })).text;
    expect(other).not.toContain('send no password');
  });

  test('the program’s own English words are not put before the reader of a dump that was read', () => {
    for (const language of languages) {
      const { text } = letterOf(given('case.analysis-reported', language, { reason: 'all 4202808 bytes are there' }));
      expect(text).not.toContain('bytes are there');
    }
  });

  test('a receipt promises a result only if there is a dump in the file', () => {
    expect(letterOf(given('case.upload-acknowledged', 'zh-CN')).text).toContain('如果其中有转储文件');
    expect(letterOf(given('case.upload-acknowledged', 'en')).text).toContain('If it holds a dump');
  });

  test('who sent a file without its end learns where to resume, in the receipt and with the result', () => {
    const cutShort = { bytes: 7_864_320, expectedBytes: 20_971_520, reason: 'its end is missing' };
    for (const language of languages) {
      const receipt = letterOf(given('case.upload-acknowledged', language, { cutShort, space })).text;
      const result = letterOf(given('case.analysis-reported', language, { cutShort })).text;
      for (const text of [receipt, result]) {
        expect(text).toContain('7864320');
        expect(text).toMatch(/7\.50 MiB.*20\.00 MiB/);
        expect(text).toContain('reput "0507.zip"');
        expect(text).not.toContain('its end is missing');
      }
      expect(receipt).toContain('sxmtdzjt');
      expect(receipt).not.toMatch(/已收到您上传的文件|have received your file/);
      const lesser = letterOf(given('case.analysis-reported', language, { cutShort, verdict: 'not-a-full-dump' })).text;
      expect(lesser).not.toContain('reput');
      const unknown = { cutShort: { ...cutShort, expectedBytes: null } };
      expect(letterOf(given('case.upload-acknowledged', language, unknown)).text).not.toMatch(/null|undefined/);
    }
  });

  test.each(['zh-CN', 'en'] as const)(
    'malware is named to customer and colleague, each with what to do (%s)',
    (language) => {
      const toCustomer = letterOf(given('case.upload-quarantined', language)).text;
      const toColleague = letterOf(
        given('case.upload-quarantined', language, { to: engineer, audience: 'colleague' }),
      ).text;
      for (const text of [toCustomer, toColleague])
        for (const fact of ['tools.zip', 'Win.Test.EICAR_HDB-1', 'ClamAV 1.4.3/27500', sha256, '17:26'])
          expect(text).toContain(fact);
      expect(toColleague).toContain('POST /v1/uploads/{id}/release');
      expect(toCustomer).not.toContain('/v1/');
    },
  );

  test('an escalation holds all a senior engineer needs', () => {
    const { text } = letterOf(given('case.escalated', 'zh-CN'));
    for (const fact of [
      '陕西省煤田地质集团有限公司',
      '财务的电脑装机后',
      'Windows 10 1809，可能是 CMGE V2020-L，内部版本 17763',
      'the header promises 8589942784',
      '0x139 KERNEL_SECURITY_CHECK_FAILURE',
      '0x1e KMODE_EXCEPTION_NOT_HANDLED',
      `0507.zip，1.18 MiB (1,234,567 B)，SHA-256 ${sha256}`,
      '> 死机卡死，不蓝屏。',
      'sftp://sftp.support.example',
    ])
      expect(text).toContain(fact);
  });

  test('a question is quoted line by line, with how to answer it so that it is passed on', () => {
    const { text } = letterOf(given('case.customer-forwarded', 'zh-CN'));
    expect(text).toContain('> 1.请问能否直接复制ntfs.sys文件进行替换。\n> 2.开启special pool');
    expect(text).toContain('以“客户，您好”开头');
    const long = letterOf(given('case.customer-forwarded', 'zh-CN', { text: '字'.repeat(50_000) }));
    expect(long.text.length).toBeLessThan(21_000);
    expect(long.text).toContain('此处截断');
  });

  test('an answer greets once', () => {
    const { text } = letterOf(given('case.answer-forwarded', 'zh-CN'));
    expect(text).toContain('一线工程师答复如下：\n\n理论上可以复制');
    expect(text.match(/您好/g)).toHaveLength(1);
  });

  test('an answer is signed once: the engineer’s own signature is left out', () => {
    const { text } = letterOf(
      given('case.answer-forwarded', 'zh-CN', { text: '客户，您好\n是的。\n--------------\n服务电话： 400-818-0055' }),
    );
    expect(text).toContain('是的。\n\n如有任何疑问');
    expect(text.match(/服务电话/g)).toHaveLength(1);
  });

  test('a rule inside an answer cuts nothing of it', () => {
    const words = '案例总结\n----------\n请先更新系统。\n完成后请回复。';
    expect(letterOf(given('case.answer-forwarded', 'zh-CN', { text: words })).text).toContain(words);
  });

  test('the first letter asks only what nobody has said', () => {
    const letter = (wanted: ('full-dump' | 'os-version')[]) =>
      composeLetter(given('case.evidence-requested', 'en', { wanted }), settings)?.text ?? '';
    expect(letter(['full-dump', 'os-version'])).toContain('winver');
    expect(letter(['full-dump'])).not.toContain('winver');
  });

  test('a reminder repeats the questions that nobody has answered', () => {
    const letter = composeLetter(given('case.customer-reminded', 'en', { questions: ['Since when?'] }), settings);
    expect(letter?.text).toContain('Questions that we would like you to answer');
    expect(letter?.text).toContain('Since when?');
  });

  test('whoever ended a hold is not told of it', () => {
    expect(composeLetter(given('case.resumed', 'en', { because: 'asked-by-person', by: engineer }), settings)).toBe(
      null,
    );
  });

  test('reminders grow more earnest: first, second, last; each lists what is wanted', () => {
    for (const language of languages) {
      const texts = [1, 2, 3].map((step) => letterOf(given('case.customer-reminded', language, { step })).text);
      expect(new Set(texts.map((text) => text.split('\n\n')[1])).size).toBe(3);
      for (const text of texts) expect(text).toContain('appwiz.cpl');
    }
    expect(letterOf(given('case.customer-reminded', 'en', { step: 3 })).text).toContain('last reminder');
  });

  test('an observation says until when', () => {
    expect(letterOf(given('case.observation-started', 'en')).text).toContain(
      '2020-06-03 09:00 (Asia/Shanghai, UTC+08:00)',
    );
  });

  test('a summary tells scope, findings, steps and counts, how to undo, and asks for a grade', () => {
    const { text } = letterOf(given('case.archived', 'zh-CN'));
    for (const fact of [
      '财务的电脑装机后',
      '2020-04-28 18:04 (Asia/Shanghai, UTC+08:00)',
      '0x139 KERNEL_SECURITY_CHECK_FAILURE',
      '更新 Windows',
      '关闭 Special Pool',
      '收到的文件数：4',
      '收到的客户邮件数：13',
      '定位与镜像定制有关系',
      '并不会影响我们为您提供技术支持',
      '1 到 5',
    ])
      expect(text).toContain(fact);
    const asked = letterOf(given('case.archived', 'zh-CN'), { surveyUrl: 'https://survey.example/1' });
    expect(asked.text).toContain('https://survey.example/1');
    expect(asked.text).not.toContain('1 到 5');
  });

  test('a link that has expired is not offered any more', () => {
    for (const language of languages) {
      const event = { ...given('case.customer-reminded', language), time: '2020-05-28T18:00:00.000+08:00' };
      const { text, topics } = letterOf(event);
      expect(text).not.toContain(space.link);
      expect(text).toMatch(/链接已过期|has expired/);
      expect(text).toContain('sxmtdzjt');
      expect(topics).toEqual(['reminder']);
    }
  });

  test('the collection tool is offered only where it can be downloaded', () => {
    const event = given('case.collection-suggested', 'zh-CN');
    expect(letterOf(event).text).toContain('wevtutil epl System');
    const { text } = letterOf(event, { collectionToolUrl: 'https://support.example/tool.zip' });
    expect(text).toContain('https://support.example/tool.zip');
    expect(text).not.toContain('wevtutil');
  });

  test('nothing of others becomes HTML', () => {
    const text = '<script>alert("x")</script> & <b>bold</b>';
    const { html } = letterOf(given('case.customer-forwarded', 'en', { text }));
    expect(html).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &lt;b&gt;bold&lt;/b&gt;');
    expect(html).not.toContain('<script');
  });
});
