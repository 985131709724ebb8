import { describe, expect, it } from '@jest/globals';
import { escalationPackage } from './escalation-package.js';
import { contact, engineer, finding, GivenCase } from './given-case.js';
import { packagePage } from './package-page.js';

const hostile = `</style><script>alert(1)</script><img src=x onerror=alert(1)>"'&`;

function pageOf(language: 'zh-CN' | 'en', problem = '蓝屏'): string {
  const given = new GivenCase('2020-04-28T10:04:00.000Z')
    .report({ contact: { ...contact, name: problem }, owner: engineer, problem, endCustomer: problem })
    .takeSpace()
    .mail('question', problem)
    .upload(1, `${problem}.zip`.slice(0, 200))
    .analysed(1, {
      findings: [
        finding({
          member: problem,
          culprit: { name: problem, fileVersion: problem, company: problem, confidence: 'low', reasons: [problem] },
        }),
      ],
    })
    .person({ type: 'write-plan', items: [problem] } as never);
  return packagePage(escalationPackage(given.grounds()), { language, zone: 'Asia/Shanghai' });
}

describe('the page of a package', () => {
  it.each(['zh-CN', 'en'] as const)('escapes whatever people and dumps say (%s)', (language) => {
    const page = pageOf(language, hostile);
    expect(page).not.toMatch(/<script|<img|onerror=alert\(1\)>/);
    expect(page).toContain('&lt;script&gt;');
    expect(page.match(/<\/style>/g)).toHaveLength(1);
  });

  it('loads nothing, runs nothing and sends nothing', () => {
    expect(pageOf('en')).not.toMatch(
      /<(script|link|iframe|form|img|object|embed)|\s(src|href|style|on[a-z]+)=|url\(|@import/i,
    );
  });

  it('says the same facts in both languages, and that what is not known is not known', () => {
    const [chinese, english] = [pageOf('zh-CN'), pageOf('en')];
    for (const page of [chinese, english]) {
      for (const fact of ['CAS-02227-X4W1B1', '0x1e KMODE_EXCEPTION_NOT_HANDLED', 'hook.sys 1.2', 'a'.repeat(64)])
        expect(page).toContain(fact);
    }
    expect(chinese).toContain('目前缺少的信息');
    expect(chinese).toContain('合作伙伴');
    expect(english).toContain('What is missing');
    expect(english).toMatch(/Partner<\/th>\s*<td><span class="dim">unknown/);
  });

  it('shows no control character and none that turns the direction of writing', () => {
    expect(pageOf('en', 'a\u0000b\u0007c\u202Ed')).not.toMatch(/(?![\t\n])[\p{Cc}\u202e]/u);
  });
});
