import type { Task } from '@caserelay/case-lifecycle';
import { customerLimits, type DumpFinding, type Language } from '@caserelay/contracts';
import { instructionsOf } from '@caserelay/crash-dump';
import { createHash } from 'node:crypto';
import { style } from './page-style.js';
import { texts } from './page-texts.js';
import type { PlanForm, Unfit } from './read-form.js';
import type { CaseOnPage, Outcome } from './serve-customer.js';

const policy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Headers of every answer of the page: nothing is kept, nothing leaks, nothing runs. */
export const pageHeaders = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': policy,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), payment=()',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Robots-Tag': 'noindex, nofollow, noarchive',
} as const;

/** How a page is written. */
export interface Setting {
  readonly language: Language;
  /** Carried by each form. */
  readonly formToken: string;
  readonly note: { readonly text: string; readonly isGood: boolean } | null;
  /** What the customer had filled in and is not saved. */
  readonly filled: { readonly plan: PlanForm['filled'] | null; readonly survey: Unfit['filled'] };
}

/** What is said above the page once a form was taken. */
export function outcomeNote(outcome: Outcome, language: Language): NonNullable<Setting['note']> {
  return { text: texts[language].outcomes[outcome], isGood: outcome === 'ticked' || outcome === 'answered' };
}

/** The same for every link that is refused, whatever the reason. */
export function refusedPage(language: Language): string {
  const text = texts[language];
  return whole(language, text.refusedTitle, `<section class="alert" role="alert"><p>${text.refused}</p></section>`);
}

/** The page of a case, whole; forms and nothing else, so that it works in every browser. */
export function customerPage(page: CaseOnPage, setting: Setting): string {
  const { language, note } = setting;
  const text = texts[language];
  const sections = [planSection(page, setting), surveySection(page, setting)].filter((section) => section !== '');
  const body = `${note ? `<section class="${note.isGood ? 'good' : 'alert'}" role="${note.isGood ? 'status' : 'alert'}"><p>${escape(note.text)}</p></section>` : ''}
<section><p>${escape(page.topic)}</p><p class="soft">${text.phases[page.phase]}</p></section>
${sections.length > 0 ? sections.join('\n') : `<section><p>${text.nothing}</p></section>`}
<footer class="soft"><p>${text.reply}</p></footer>`;
  return whole(language, text.caseTitle(escape(page.caseNumber)), body);
}

function whole(language: Language, title: string, body: string): string {
  const text = texts[language];
  const other: Language = language === 'en' ? 'zh-CN' : 'en';
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex"><title>${text.title}</title><style>${style}</style></head>
<body><main><header><h1>${title}</h1><nav><a href="?lang=${other}" lang="${other}" hreflang="${other}">${text.otherLanguage}</a></nav></header>
${body}
</main></body></html>`;
}

function form(what: 'plan' | 'survey', { language, formToken }: Setting, content: string): string {
  return `<form method="post" action="?lang=${language}" accept-charset="utf-8"><input type="hidden" name="what" value="${what}"><input type="hidden" name="form" value="${escape(formToken)}">
${content}</form>`;
}

function planSection({ plan, findings, zone }: CaseOnPage, setting: Setting): string {
  if (!plan) return '';
  const text = texts[setting.language].plan;
  const { tasks, by, listId } = plan;
  const open = tasks.filter(({ doneAt }) => doneAt === null).length;
  const items = tasks
    .slice(0, customerLimits.items)
    .map((task) => taskItem(task, { setting, findings, zone }))
    .join('\n');
  return `<section id="plan"><h2>${text.title}</h2><p class="soft">${by ? text.by(escape(by.name)) : text.byPlaybook} ${text.open(open, tasks.length)}</p><p>${text.intro}</p>
${form('plan', setting, `<input type="hidden" name="list" value="${escape(listId)}"><ol class="tasks">\n${items}\n</ol><button>${text.save}</button>`)}</section>`;
}

interface Around {
  setting: Setting;
  findings: readonly DumpFinding[];
  zone: string;
}

function taskItem({ item, text: words, step, doneAt, doneBy, words: said }: Task, around: Around): string {
  const { language, filled } = around.setting;
  const text = texts[language].plan;
  const instructions = step === null ? null : instructionsOf(step, language, suspectOf(around.findings));
  const title = words ?? instructions?.title ?? step ?? '';
  const now = filled.plan?.get(item) ?? { isDone: doneAt !== null, words: '' };
  const who =
    doneBy && doneAt ? text.done(escape(doneBy.name || doneBy.address), timeIn(around.zone, doneAt, language)) : '';
  const detail = [
    ...(who === '' ? [] : [`<p class="soft">${who}</p>`]),
    ...(instructions ? [howTo(instructions, text.how)] : []),
    ...(said === null ? [] : [`<p class="said">${escape(said)}</p>`]),
    `<label class="words" for="words-${item}">${text.words}</label><textarea id="words-${item}" name="words-${item}" rows="1" maxlength="${customerLimits.itemWords}">${escape(now.words)}</textarea>`,
  ].join('\n');
  return `<li class="task"><input type="checkbox" id="done-${item}" name="done-${item}"${now.isDone ? ' checked' : ''}><label for="done-${item}">${item}. ${escape(title)}</label><input type="hidden" name="was-${item}" value="${doneAt === null ? 0 : 1}">
<div>${detail}</div></li>`;
}

function howTo(
  { steps, warning, note }: { steps: string[]; warning: string | null; note: string | null },
  how: string,
) {
  const paragraph = (text: string | null): string => (text === null ? '' : `<p>${escape(text)}</p>`);
  const list = steps.map((each) => `<li>${escape(each)}</li>`).join('');
  return `<details><summary>${how}</summary>${paragraph(warning)}<ol>${list}</ol>${paragraph(note)}</details>`;
}

/** The driver that the latest dump suspects, which some steps name. */
function suspectOf(findings: readonly DumpFinding[]) {
  return findings.findLast(({ culprit }) => culprit?.name)?.culprit ?? null;
}

function surveySection({ survey, zone }: CaseOnPage, setting: Setting): string {
  if (!survey) return '';
  const { language } = setting;
  const text = texts[language].survey;
  const frame = (content: string): string => `<section id="survey"><h2>${text.title}</h2>${content}</section>`;
  switch (survey.is) {
    case 'open':
      return frame(
        `<p>${text.intro}</p>${survey.closesAt === null ? '' : `<p class="soft">${text.until(timeIn(zone, survey.closesAt, language))}</p>`}
${form('survey', setting, surveyFields(setting))}`,
      );
    case 'answered': {
      const { grade, solved, words, at } = survey.answer;
      return frame(`<p>${text.thanks}</p><dl><dt>${text.yourGrade}</dt><dd><b>${grade}</b> ${text.grades[grade - 1] ?? ''}</dd>
<dt>${text.yourSolved}</dt><dd>${solved ? text.answers[solved] : text.unsaid}</dd><dt>${text.at}</dt><dd>${timeIn(zone, at, language)}</dd></dl>
${words === null ? '' : `<p class="soft">${text.yourWords}</p><p class="said">${escape(words)}</p>`}`);
    }
    case 'closed':
      return frame(`<p>${text.closed(survey.closedAt === null ? null : timeIn(zone, survey.closedAt, language))}</p>`);
  }
}

function surveyFields({ language, filled: { survey: filled } }: Setting): string {
  const text = texts[language].survey;
  const choice = (name: string, value: string, isChosen: boolean, label: string): string =>
    `<label><input type="radio" name="${name}" value="${value}" required${isChosen ? ' checked' : ''}><span>${label}</span></label>`;
  const grades = text.grades.map((label, index) =>
    choice('grade', `${index + 1}`, filled?.grade === index + 1, `<b>${index + 1}</b> ${label}`),
  );
  const answers = (['yes', 'partly', 'no'] as const).map((each) =>
    choice('solved', each, filled?.solved === each, text.answers[each]),
  );
  return `<fieldset><legend>${text.grade}</legend><div class="choices">${grades.join('')}</div></fieldset>
<fieldset><legend>${text.solved}</legend><div class="choices">${answers.join('')}</div></fieldset>
<fieldset><legend><label for="words">${text.words}</label></legend><textarea id="words" name="words" rows="4" maxlength="${customerLimits.surveyWords}">${escape(filled?.words ?? '')}</textarea></fieldset>
<button>${text.send}</button>`;
}

/** Text as HTML; everything that is not written in this folder goes through here. */
function escape(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

function timeIn(zone: string, instant: string, language: Language): string {
  return new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : 'zh-CN', {
    timeZone: zone,
    ...{ year: 'numeric', month: 'long', day: 'numeric', hour: '2-digit', minute: '2-digit', timeZoneName: 'short' },
  }).format(new Date(instant));
}
