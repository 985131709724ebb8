import { explainBugcheck, type Language } from '../bugcheck.js';
import type { Text } from '../bugcheck-parameters.data.js';
import { documentOf } from '../document-of.js';
import type { DumpReport } from '../dump-facts.js';
import { judgeFor, type Fitness, type WantedDump } from '../judge-for.js';
import { inLanguage } from '../sentences.js';
import { html, Markup, type Content } from './markup.js';
import { section, sizeText, type Page } from './page.js';
import { reportStyle } from './report-style.data.js';
import { insidesOf } from './report-insides.js';
import { stackSection } from './report-stack.js';
import { modulesSection } from './report-modules.js';
import { memorySection } from './report-memory.js';
import { kindNames, words } from './report-words.data.js';

/**
 * The report as one HTML page for engineers: it holds its own style and pictures, loads nothing and runs nothing, can be
 * read on a phone and printed.
 */
export function reportHtml(
  report: DumpReport,
  { language = 'en', file = null, wanted = 'any' }: ReportOptions & { file?: string | null } = {},
): string {
  const page = pageOf(report, file, language);
  const title = html`${titleOf(page)}${file !== null && ` · ${file}`}`;
  return shell(title, language, html`${reportIn(page, wanted)}${footerOf(page)}`);
}

/** How a report is written. */
export interface ReportOptions {
  language?: Language;
  wanted?: WantedDump;
}

/**
 * Several dumps of one upload as one page: a line for each, which leads to its report below. One alone is a page as
 * `reportHtml` writes it.
 */
export function reportsHtml(
  dumps: readonly { report: DumpReport; file: string | null }[],
  { language = 'en', wanted = 'any', title }: ReportOptions & { title: string },
): string {
  const [only] = dumps;
  if (only && dumps.length === 1) return reportHtml(only.report, { language, wanted, file: only.file });
  const pages = dumps.map(({ report, file }) => pageOf(report, file, language));
  const [first] = pages;
  if (first === undefined) throw new RangeError('found no dump; expected at least one');
  const { say } = first;
  return shell(
    html`${title}`,
    language,
    html`<p class="eyebrow">${say(words.crashReport)}</p>
      <h1>${title}</h1>
      ${section(
        `${say(words.dumps)} (${pages.length})`,
        html`<ol class="dumps">
          ${pages.map((page, index) => lineOf(page, index + 1))}
        </ol>`,
      )}${pages.map(
        (page, index) => html`<article id="dump-${index + 1}">${reportIn(page, wanted)}</article>`,
      )}${footerOf(first)}`,
  );
}

/** What one looks for among several dumps: file, cause, suspect, time, kind and whether it is whole. */
function lineOf(page: Page, number: number): Markup {
  const { report, document, say } = page;
  const { verdict, flaws } = document.completeness;
  const isDamaged = verdict === 'complete' && flaws.length > 0;
  const more = [
    report.culprit?.name ?? report.crash?.module,
    say(kindNames[report.kind]),
    timeText(report.crashedAt),
    say(words[isDamaged ? 'damaged' : verdict]),
  ];
  return html`<li>
    <a href="#dump-${number}">${document.file ?? String(number)}</a>
    <b>${breakable(titleOf(page))}</b>
    <span class="dim">${more.filter(Boolean).join(' · ')}</span>
  </li>`;
}

function pageOf(report: DumpReport, file: string | null, language: Language): Page {
  return {
    report,
    document: documentOf(report, { file, language }),
    language,
    say: (text) => (language === 'en' ? text.en : text.zh),
  };
}

function reportIn(page: Page, wanted: WantedDump): Markup {
  const fitness = judgeFor(page.report, wanted, page.language);
  return html`${headOf(page, fitness)}
    <div class="cards">${suspectCard(page)}${crashCard(page)}${fileCard(page, fitness, wanted)}</div>
    ${factsSection(page)}${parametersSection(page)}${stackSection(page)}${modulesSection(page)}${memorySection(
      page,
    )}${insidesOf(page)}`;
}

function footerOf({ document, say }: Page): Markup {
  return html`<footer>${say(words.footer)} crash-dump, ${say(words.schema)} ${document.schemaVersion}.</footer>`;
}

function shell(title: Markup, language: Language, content: Markup): string {
  return html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${title}</title>
        <style>
          ${new Markup(reportStyle)}
        </style>
      </head>
      <body>
        <main>${content}</main>
      </body>
    </html> `.text;
}

function timeText(instant: string | null): string | null {
  return instant?.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC') ?? null;
}

function titleOf({ report: { bugcheck, exception }, say }: Page): string {
  if (bugcheck) return `${bugcheck.code} ${bugcheck.name}`;
  if (exception) return `${exception.code} ${exception.name ?? ''}`.trim();
  return say(words.crashReport);
}

/** Long names of bugchecks break after an underscore. */
function breakable(text: string): Content {
  return text.split('_').map((part, index) => html`${index > 0 && html`_<wbr />`}${part}`);
}

function headOf(page: Page, fitness: Fitness): Markup {
  const { report, document, say } = page;
  const meaning = document.bugcheck?.parameters[0]?.meaning ?? null;
  return html`<p class="eyebrow">
      ${[say(words.crashReport), document.file, say(kindNames[report.kind])].filter(Boolean).join(' · ')}
    </p>
    <h1>${breakable(titleOf(page))}</h1>
    ${meaning !== null && html`<p class="lead">${meaning}</p>`}
    ${
      fitness.verdict === 'wrong-kind' &&
      html`<p><span class="pill bad">${say(words['wrong-kind'])}</span> ${fitness.reasons[0] ?? ''}</p>`
    }`;
}

function suspectCard({ report: { culprit }, language, say }: Page): Markup {
  const tone = { high: 'bad', medium: 'warn', low: '' } as const;
  if (!culprit) {
    return html`<div class="card">
      <h3>${say(words.suspect)}</h3>
      <p class="dim">${say(words.noSuspect)}</p>
    </div>`;
  }
  return html`<div class="card">
    <h3>${say(words.suspect)}</h3>
    <p class="big">${culprit.name ?? say(words.unknownSuspect)} ${culprit.fileVersion}</p>
    <p>
      ${
        culprit.name !== null &&
        html`<span class="pill ${tone[culprit.confidence]}">${say(words[culprit.confidence])}</span>`
      }
      ${culprit.company}
    </p>
    <ul>
      ${culprit.reasons.map((reason) => html`<li>${inLanguage(reason, language)}</li>`)}
    </ul>
  </div>`;
}

function crashCard({ document: { crash }, say }: Page): Markup {
  return html`<div class="card">
    <h3>${say(words.where)}</h3>
    ${
      crash
        ? html`<p class="big">
              ${crash.module ?? crash.address}${crash.module !== null && html`<wbr />+${crash.offset ?? '0x0'}`}
            </p>
            <p><code>${crash.address}</code></p>
            <p class="dim">${crash.from}</p>
            ${
              crash.exception &&
              html`<p><code>${crash.exception.code}</code> ${crash.exception.name}</p>
                <p>${crash.exception.meaning}</p>`
            }`
        : html`<p class="dim">${say(words.untold)}</p>`
    }
  </div>`;
}

function fileCard({ report, document, say }: Page, fitness: Fitness, wanted: WantedDump): Markup {
  const { verdict, reasons } = document.completeness;
  const tone = { complete: 'good', truncated: 'bad', unknown: 'warn' } as const;
  const isDamaged = verdict === 'complete' && document.completeness.flaws.length > 0;
  return html`<div class="card">
    <h3>${say(words.file)}</h3>
    <p class="big">${sizeText(report.completeness.foundBytes)}</p>
    <p>
      <span class="pill ${isDamaged ? 'warn' : tone[verdict]}">${say(words[isDamaged ? 'damaged' : verdict])}</span>
      ${
        wanted !== 'any' &&
        html`<span class="pill ${fitness.verdict === 'wrong-kind' ? 'bad' : 'good'}"
          >${say(words[fitness.verdict === 'wrong-kind' ? 'wrong-kind' : 'right'])}</span
        >`
      }
    </p>
    <ul>
      ${reasons.map((reason) => html`<li>${reason}</li>`)}
    </ul>
    ${
      fitness.lost.length > 0 &&
      html`<details>
        <summary>${say(words.notSeen)}</summary>
        <ul>
          ${fitness.lost.map((one) => html`<li>${one}</li>`)}
        </ul>
      </details>`
    }
  </div>`;
}

function factsSection({ report, document: { os }, language, say }: Page): Markup {
  const facts: [Text, string | null][] = [
    [words.kind, say(kindNames[report.kind])],
    [
      words.system,
      [inLanguage(os.name ?? '', language), os.build === null ? null : `${say(words.osBuild)} ${os.build}`]
        .filter(Boolean)
        .join(say(words.comma)),
    ],
    [words.build, os.lab],
    [words.machine, inLanguage(report.machine, language)],
    [words.processors, report.processors === null ? null : String(report.processors)],
    [words.time, timeText(report.crashedAt)],
    [words.uptime, report.uptimeSeconds === null ? null : uptimeText(report.uptimeSeconds, say)],
    [
      words.process,
      report.process && [report.process.name, report.process.id === null ? null : `(${report.process.id})`].join(' '),
    ],
    [words.blamed, report.blamedBySystem],
    [words.attributes, report.attributes.join(', ')],
  ];
  return html`<section>
    <dl>
      ${facts.map(
        ([label, text]) =>
          text !== null &&
          text.trim() !== '' &&
          html`<div>
            <dt>${say(label)}</dt>
            <dd>${text}</dd>
          </div>`,
      )}
    </dl>
  </section>`;
}

function parametersSection({ report: { bugcheck }, language, say }: Page): Content {
  if (!bugcheck || bugcheck.parameters.length === 0) return null;
  const { parameters } = explainBugcheck(
    Number(bugcheck.code),
    bugcheck.parameters.map(({ value }) => BigInt(value)),
    language,
  );
  return section(
    say(words.parameters),
    html`<div class="scroll parameters">
      <table>
        <thead>
          <tr>
            <th></th>
            <th>${say(words.value)}</th>
            <th>${say(words.meaning)}</th>
          </tr>
        </thead>
        <tbody>
          ${parameters.map(
            ({ value, meaning }, index) =>
              html`<tr>
                <td>${index + 1}</td>
                <td class="mono">${value}</td>
                <td>${meaning ?? ''}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`,
  );
}

function uptimeText(seconds: number, say: Page['say']): string {
  const clock = new Date((seconds % 86_400) * 1000).toISOString().slice(11, 19);
  const days = Math.floor(seconds / 86_400);
  return days === 0 ? clock : `${days} ${say(words.days)} ${clock}`;
}
