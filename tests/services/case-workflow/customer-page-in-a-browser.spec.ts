import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { chromiumPath, openChromium, withoutChromium } from '../../support/a-chromium.js';
import { Centre, contact } from './a-customer.js';

const inChromium = chromiumPath === null ? describe.skip : describe;
if (chromiumPath === null)
  process.stderr.write(`The page of a customer is not tested in a browser: ${withoutChromium}\n`);

/** Where pictures of the page are put, for people to look at. */
const pictures = process.env['PICTURES'] ?? null;
const phone = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };

inChromium('the page of a customer, in a browser that runs no scripts', () => {
  let centre: Centre;
  let browser: Browser;
  let context: BrowserContext | null = null;
  const asked: string[] = [];
  const complaints: string[] = [];

  beforeAll(async () => {
    centre = await Centre.open();
    browser = await openChromium();
  }, 60_000);
  afterEach(async () => {
    await context?.close();
    context = null;
    expect(asked.filter((url) => !url.startsWith(centre.url))).toEqual([]);
    expect(complaints).toEqual([]);
  });
  afterAll(async () => {
    await browser.close();
    await centre.close();
  });

  async function open(link: string, wish: object = {}): Promise<Page> {
    context = await browser.newContext({ javaScriptEnabled: false, ...wish });
    const page = await context.newPage();
    page.on('request', (request) => asked.push(request.url()));
    page.on('console', (message) => complaints.push(message.text()));
    await page.goto(link);
    return page;
  }

  async function picture(page: Page, name: string): Promise<void> {
    if (pictures !== null) await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
  }

  it.each([
    ['zh-CN', '保存', '已保存', '留言', phone],
    ['en', 'Save', 'Saved', 'A word', {}],
  ] as const)('ticks a plan off, in %s', async (language, save, saved, words, wish) => {
    const items =
      language === 'en'
        ? ['Update ntfs.sys with KB4560960, then restart', 'Switch special pool on for the suspected driver']
        : ['安装 KB4560960 更新 ntfs.sys，然后重启', '对嫌疑驱动启用 Special Pool', '连续使用三天'];
    const { caseId, link } = await centre.aPlan(items, { language });
    const page = await open(link, wish);
    await picture(page, `customer-plan-${language}`);
    await page.getByLabel(/^1\./).check();
    await page
      .getByLabel(new RegExp(words))
      .nth(1)
      .fill(language === 'en' ? 'No admin rights here' : '没有管理员权限');
    await page.getByRole('button', { name: save }).click();
    await page.getByRole('status').filter({ hasText: saved }).waitFor();
    expect(await page.getByLabel(/^1\./).isChecked()).toBe(true);
    expect(await page.getByLabel(/^2\./).isChecked()).toBe(false);
    expect(await page.content()).toContain(contact.name);
    await picture(page, `customer-plan-saved-${language}`);
    await fitsItsWidth(page);
    expect((await centre.whenTold(caseId, 'case.plan-ticked')).data.items).toHaveLength(2);
    await page.getByLabel(/^1\./).uncheck();
    await page.getByRole('button', { name: save }).click();
    await page.getByRole('status').waitFor();
    expect(await page.getByLabel(/^1\./).isChecked()).toBe(false);
  });

  it.each([
    ['zh-CN', '4 满意', '部分解决', '提交评价', '您的评价已收到', phone],
    ['en', '4 satisfied', 'Partly', 'Send', 'We have your answer', {}],
  ] as const)('answers the survey, in %s', async (language, grade, solved, send, thanks, wish) => {
    const { caseId, link } = await centre.anArchive({ language });
    const page = await open(link, wish);
    await picture(page, `customer-survey-${language}`);
    await fitsItsWidth(page);
    // A browser asks for what is missing itself, also without scripts.
    await page.getByRole('button', { name: send }).click();
    expect(centre.told(caseId, 'case.survey-answered')).toEqual([]);
    await page.getByLabel(grade).check();
    await page.getByLabel(solved).check();
    await page.locator('#words').fill('回复很快 <b>thanks</b>');
    await page.getByRole('button', { name: send }).dblclick();
    await page.getByRole('status').filter({ hasText: thanks }).waitFor();
    expect(await page.locator('form').count()).toBe(0);
    expect(await page.getByText('回复很快 <b>thanks</b>').count()).toBe(1);
    await picture(page, `customer-survey-answered-${language}`);
    expect((await centre.whenTold(caseId, 'case.survey-answered')).data).toMatchObject({ grade: 4, solved: 'partly' });
    expect(centre.told(caseId, 'case.survey-answered')).toHaveLength(1);
  });

  it('changes its language, and says in it that a link is refused', async () => {
    const { link } = await centre.aPlan(['一']);
    const page = await open(link, { locale: 'en-GB' });
    await page.getByRole('link', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'What to do' }).waitFor();
    await page.goto(`${link.slice(0, -1)}-`);
    await page.getByRole('heading', { name: 'This page cannot be opened' }).waitFor();
    await picture(page, 'customer-refused-en');
    // The browser itself reports that the answer was 404.
    complaints.splice(0);
  });
});

/** Nothing has to be moved sideways to be read. */
async function fitsItsWidth(page: Page): Promise<void> {
  const widths = await page.locator('html').evaluate((html: { scrollWidth: number; clientWidth: number }) => ({
    whole: html.scrollWidth,
    shown: html.clientWidth,
  }));
  expect(widths.whole).toBeLessThanOrEqual(widths.shown);
}
