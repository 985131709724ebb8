import { describe, expect, it } from '@jest/globals';
import { composeLetter, type Letter } from './compose-letter.js';
import { customer, engineer, file, given, senior, settings } from './given-letter-event.js';
import type { LetterEvent, LetterSettings } from './letter-bodies.js';

const page = 'https://support.example/customer/0001-contact';
const languages = ['zh-CN', 'en'] as const;

function letterOf(event: LetterEvent, news: Partial<LetterSettings> = {}): Letter {
  const letter = composeLetter(event, { ...settings, ...news });
  if (!letter) throw new Error(`${event.type} leads to no letter`);
  return letter;
}

const withoutPage = { customerPage: () => null };

describe.each(languages)('letters that name the page of the customer, in %s', (language) => {
  it('are those of a plan, which says how to tick it off', () => {
    const plan = given('case.plan-written', language);
    expect(letterOf(plan).text).toContain(page);
    expect(letterOf(plan).text).toMatch(/勾选|tick/);
    expect(letterOf(plan, withoutPage).text).not.toMatch(/勾选|tick/);
    expect(letterOf(plan, withoutPage).text).toMatch(
      /请回复此邮件并告知步骤编号|reply to this mail when a step is done/,
    );
  });

  it('are those that say what of a plan is still open, each item of it', () => {
    for (const event of [
      given('case.customer-reminded', language, { openItems: ['启用特殊池'] }),
      given('case.observation-started', language, { openItems: ['启用特殊池'], because: 'plan-carried-out' }),
    ]) {
      expect(letterOf(event).text).toContain('- 启用特殊池');
      expect(letterOf(event).text).toContain(page);
    }
    const steps = given('case.observation-started', language, { openSteps: ['update-windows', 'of-a-later-version'] });
    expect(letterOf(steps).text).toMatch(/- (更新 Windows|Update Windows)/);
    expect(letterOf(given('case.observation-started', language)).text).not.toContain(page);
  });

  it('are those that ask for an opinion, until when, by page and by mail', () => {
    const asked = letterOf(given('case.survey-asked', language));
    expect(asked).toMatchObject({ to: customer, audience: 'customer', topics: ['survey'] });
    expect(asked.text).toContain(page);
    expect(asked.text).toContain('2020-07-09 09:00 (Asia/Shanghai, UTC+08:00)');
    expect(asked.text).toMatch(/写一个 1 到 5 的分数|with a grade from 1 to 5/);
    expect(asked.html).toContain(`<a href="${page}">`);
    expect(letterOf(given('case.survey-asked', language), withoutPage).text).toMatch(/1 到 5|1 to 5/);
  });

  it('lead to the survey of the centre where it has one of its own', () => {
    const asked = letterOf(given('case.survey-asked', language), { surveyUrl: 'https://survey.example/1' });
    expect(asked.text).toContain('https://survey.example/1');
    expect(asked.text).not.toContain(page);
  });

  it('are summaries that ask at once; those of a letter to come, or of nobody asked, say nothing of it', () => {
    const now = letterOf(
      given('case.archived', language, { survey: { within: 'summary', closesAt: '2020-07-08T09:00:00.000+08:00' } }),
    );
    expect(now.topics).toEqual(['case-summary', 'survey']);
    expect(now.text).toContain(page);
    expect(now.text).toContain('2020-07-08 09:00');
    for (const survey of [{ within: 'letter' as const, closesAt: null }, null]) {
      const later = letterOf(given('case.archived', language, { survey }));
      expect(later.topics).toEqual(['case-summary']);
      expect(later.text).not.toContain(page);
      expect(later.text).not.toMatch(/1 到 5|1 to 5/);
    }
    expect(composeLetter(given('case.survey-asked', language, { within: 'summary' }), settings)).toBeNull();
  });

  it('are none to colleagues: a link is for the contact alone', () => {
    for (const event of [given('case.plan-ticked', language), given('case.low-grade-given', language)])
      expect(letterOf(event).text).not.toContain('/customer/');
  });
});

describe('what a customer says on their page', () => {
  it('goes to the owner when it needs a person: words, or a step that is not done', () => {
    const letter = letterOf(given('case.plan-ticked', 'zh-CN'));
    expect(letter).toMatchObject({ to: engineer, audience: 'colleague' });
    expect(letter.text).toContain('2. 启用特殊池: 未完成');
    expect(letter.text).toContain('> 找不到“驱动程序验证器”');
    expect(letter.text).toContain('共 2 步，还有 1 步未勾选');
    const alone = given('case.plan-ticked', 'zh-CN', { file: file('zh-CN', { owner: null }) });
    expect(letterOf(alone).to.address).toBe('team@support.example');
  });

  it('needs no letter when steps are ticked and nothing is said', () => {
    const items = [{ item: 1, text: null, step: 'update-windows', isDone: true, words: null }];
    expect(composeLetter(given('case.plan-ticked', 'en', { planId: null, items }), settings)).toBeNull();
  });

  it('goes to whom a low grade is told, with the words and why', () => {
    const letter = letterOf(given('case.low-grade-given', 'zh-CN'));
    expect(letter).toMatchObject({ to: senior, audience: 'colleague', topics: ['low-grade-notice'] });
    for (const fact of [
      '2 分（满分 5 分）',
      '部分解决',
      '> 等了两周才知道转储类型不对。',
      'contact@partner.example',
      '不高于 2 分',
    ])
      expect(letter.text).toContain(fact);
    const silent = given('case.low-grade-given', 'en', { words: null, solved: null });
    expect(letterOf(silent).text).toContain('left no words');
    expect(letterOf(silent).text).not.toContain('Was it solved');
  });
});
