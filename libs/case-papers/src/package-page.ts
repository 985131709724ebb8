import type { EscalationPackage, Language } from '@caserelay/contracts';
import { spanInWords } from '@caserelay/case-lifecycle';
import { inLanguage } from '@caserelay/crash-dump';
import {
  completenessOf,
  crashTime,
  culpritOf,
  exceptionOf,
  moduleInWords,
  parametersOf,
  placeInWords,
  plain,
  reasonsOf,
  stopCode,
  systemOf,
} from './finding-in-words.js';
import { findingWords } from './finding-words.data.js';
import { clip, titlesOf } from './line-in-words.js';
import { html, Markup, type Content } from './markup.js';
import { noteInWords } from './note-in-words.js';
import { packageStyle } from './package-style.data.js';
import { pageWords, type PageWords } from './page-words.data.js';
import { papersWords, type PapersWords } from './papers-words.data.js';
import { bytesInWords, spanOf, timeIn } from './time-in-words.js';

interface Page {
  readonly paper: EscalationPackage;
  readonly language: Language;
  readonly zone: string;
  readonly say: PageWords;
  readonly words: PapersWords;
}

const mostFrames = 12;

/**
 * The package as one HTML page: it holds its own style (`packageStyle`, for a policy that names it), loads and runs
 * nothing, can be read on a phone and printed. All that people and dumps say is escaped.
 */
export function packagePage(
  paper: EscalationPackage,
  { language, zone }: { language: Language; zone: string },
): string {
  const page: Page = { paper, language, zone, say: pageWords[language], words: papersWords[language] };
  const title = `${paper.caseNumber} · ${page.say.title}`;
  return html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        ${new Markup(`<style>${packageStyle}</style>`)}
      </head>
      <body>
        <main>
          ${head(page)} ${requests(page)} ${missing(page)} ${caseFacts(page)} ${findings(page)} ${files(page)}
          ${environment(page)} ${questions(page)} ${done(page)} ${clocks(page)} ${timeline(page)}
          <footer>${page.say.madeAt(time(page, paper.madeAt), paper.position)}</footer>
        </main>
      </body>
    </html> `.text;
}

function head({ paper, words, say }: Page): Markup {
  const problem = paper.problem ?? paper.topic;
  return html`<p class="eyebrow">${[say.title, paper.caseNumber, paper.trackingToken].join(' · ')}</p>
    <h1>${clip(problem === '' ? words.unknown : problem, 300)}</h1>
    <p>
      <span class="pill">${words.phases[paper.phase]}</span> <span class="pill">${paper.priority.toUpperCase()}</span>
      ${paper.hold && html`<span class="pill bad">${say.onHold}</span>`}
    </p>`;
}

function requests(page: Page): Markup {
  const { paper, words, say } = page;
  const escalation = paper.escalations.at(-1);
  return section(
    say.requests,
    html`${
      escalation &&
      html`<p>
        ${say.escalated(time(page, escalation.at), `${escalation.to.name} <${escalation.to.address}>`)}
        <b>${words.because[escalation.because]}</b>
      </p>`
    }
    ${
      paper.requests.length === 0
        ? html`<p>${say.nothingAsked}</p>`
        : html`<ol>
            ${paper.requests.map(
              ({ ask, detail, at }) =>
                html`<li>
                  <b>${words.asks[ask]}</b>${at !== null && html` <span class="dim">${time(page, at)}</span>`}
                  ${detail !== null && quoted(ask === 'take-over-clock' ? (words.clocks[detail] ?? detail) : noteInWords(detail, paper.files, page.language))}
                </li>`,
            )}
          </ol>`
    }`,
    'first',
  );
}

function missing({ paper, words, say }: Page): Content {
  if (paper.missing.length === 0) return null;
  return section(
    say.missing,
    html`<ul class="missing">
      ${paper.missing.map((fact) => html`<li>${words.missing[fact] ?? fact}</li>`)}
    </ul>`,
  );
}

function caseFacts(page: Page): Markup {
  const { paper, say, words } = page;
  const person = (who: { name: string; address: string } | null): string | null =>
    who && `${who.name} <${who.address}>`;
  return section(
    say.theCase,
    table(page, [
      [say.labels.endCustomer, paper.endCustomer],
      [say.labels.partner, paper.partner],
      [say.labels.contact, person(paper.contact)],
      [say.labels.owner, person(paper.owner)],
      [say.labels.problem, paper.problem],
      [say.labels.topic, paper.topic === '' ? null : paper.topic],
      [say.labels.openedAt, time(page, paper.openedAt)],
      [say.labels.cycle, `${paper.cycle}`],
      [say.labels.policy, paper.policy],
      ...(paper.hold
        ? ([[say.onHold, `${time(page, paper.hold.until)} · ${paper.hold.by.name}: ${paper.hold.reason}`]] as const)
        : []),
      ...paper.links.map(
        ({ caseNumber, as, isOpen }) =>
          [words.links[as], `${caseNumber}${isOpen ? '' : ` (${words.phases.archived})`}`] as const,
      ),
    ]),
  );
}

function findings(page: Page): Markup {
  const { paper, say } = page;
  if (paper.findings.length === 0) return section(say.findings, html`<p>${say.noFindings}</p>`);
  // The latest one is what counts.
  return section(say.findings, html`${[...paper.findings].reverse().map((one) => finding(page, one))}`);
}

function finding(
  page: Page,
  { name, uploadId, signature, finding: dump }: EscalationPackage['findings'][number],
): Markup {
  const { language, zone, say } = page;
  const words = findingWords[language];
  const { stack = [] } = dump;
  return html`<article>
    <h3>${[name, dump.member].filter(Boolean).join(' › ')}</h3>
    ${table(page, [
      [say.labels.stopCode, stopCode(dump)],
      ...parametersOf(dump, language).map(
        ({ value, meaning }, index) =>
          [
            words.parameter(index + 1),
            meaning === null ? plain(value) : `${plain(value)}${words.comma}${meaning}`,
          ] as const,
      ),
      ...(dump.exception ? [[say.labels.exception, exceptionOf(dump)] as const] : []),
      [say.labels.crash, dump.crash ? placeInWords(dump.crash) : null],
      [say.labels.suspect, culpritOf(dump, language)],
      ...(dump.culprit?.name ? [[say.labels.reasons, reasonsOf(dump, language)] as const] : []),
      [say.labels.signature, signature],
      [say.labels.system, systemOf(dump, language)],
      [say.labels.crashedAt, dump.crashedAt && crashTime(dump.crashedAt, zone)],
      [say.labels.uptime, dump.uptimeSeconds === null ? null : say.span(spanOf(dump.uptimeSeconds))],
      [say.labels.kind, words.kinds[dump.kind]],
      [
        say.labels.completeness,
        `${completenessOf(dump, language)}${words.comma}${inLanguage(dump.completeness.reason, language)}`,
      ],
      [say.labels.upload, uploadId],
    ])}
    ${
      stack.length > 0 &&
      html`<h4>${say.stack}</h4>
        <pre>
${stack.slice(0, mostFrames).map((frame, index) => `${String(index).padStart(2, '0')}  ${placeInWords(frame)}  [${frame.trust}]\n`)}</pre>`
    }
  </article>`;
}

function files(page: Page): Markup {
  const { paper, say, words, language } = page;
  const kinds = findingWords[language].kinds as Readonly<Record<string, string>>;
  return section(
    say.evidence,
    html`${
        paper.files.length === 0
          ? html`<p>${say.noFiles}</p>`
          : html`<table class="wide">
              <thead>
                <tr>
                  ${[say.labels.file, say.labels.size, say.labels.receivedAt, say.labels.state].map((label) => html`<th>${label}</th>`)}
                </tr>
              </thead>
              <tbody>
                ${paper.files.map(
                  (file) =>
                    html`<tr>
                      <td><b>${file.name}</b><code class="hash">SHA-256 ${file.sha256}</code></td>
                      <td>${bytesInWords(file.bytes)}</td>
                      <td>${file.receivedAt === null ? words.unknown : time(page, file.receivedAt)}</td>
                      <td>
                        ${words.fileStates[file.state]}
                        ${file.kinds.map(
                          (kind, index) =>
                            html`<br />${kinds[kind] ?? words.fileKinds[kind] ?? kind}${
                                file.completeness[index]
                                  ? html`: ${completenessOf({ completeness: file.completeness[index] }, language)}`
                                  : null
                              }`,
                        )}
                        ${file.description !== null && html`<br /><span class="dim">${inLanguage(file.description, language)}</span>`}
                        ${file.cutShort && html`<br /><b>${say.cutShort}</b>`}
                      </td>
                    </tr>`,
                )}
              </tbody>
            </table>`
      }
      <h3>${say.checklist}</h3>
      <ul>
        ${paper.checklist.map(
          ({ evidence, isHere, at }) =>
            html`<li>
              ${isHere ? '☑' : '☐'}
              ${words.evidence[evidence]}${at !== null && html` <span class="dim">${time(page, at)}</span>`}
            </li>`,
        )}
      </ul>`,
  );
}

function environment(page: Page): Markup {
  const { paper, say, language, words } = page;
  const { systems, drivers, saidByCustomer } = paper.environment;
  return section(
    say.environment,
    html`${table(page, [
        ...(systems.length > 0
          ? systems.map((system) => [say.labels.system, systemOf(system, language)] as const)
          : [[say.labels.system, null] as const]),
      ])}
      ${
        saidByCustomer &&
        html`<p>${say.saidByCustomer(time(page, saidByCustomer.at))}</p>
          ${quoted(saidByCustomer.text)}`
      }
      <h3>${say.drivers}</h3>
      ${
        drivers
          ? html`<ul>
              ${drivers.thirdParty.map((driver) => html`<li>${moduleInWords(driver)}</li>`)}
              ${drivers.thirdParty.length === 0 && html`<li>${say.noDrivers}</li>`}
              ${drivers.more > 0 && html`<li>${say.moreDrivers(drivers.more)}</li>`}
            </ul>`
          : html`<p>${words.unknown}</p>`
      }`,
  );
}

function questions(page: Page): Markup {
  const { paper, say, words } = page;
  return section(
    say.questions,
    html`<h3>${say.ours}</h3>
      ${
        paper.questions.length === 0
          ? html`<p>${words.none}</p>`
          : html`<ul>
              ${paper.questions.map(
                ({ text, by, askedAt, state, answer }) =>
                  html`<li>
                    ${text} <span class="dim">${by.name}, ${time(page, askedAt)}</span>
                    <b>${words.questionStates[state]}</b>${answer !== null && quoted(answer)}
                  </li>`,
              )}
            </ul>`
      }
      <h3>${say.theirs}</h3>
      ${
        paper.customerQuestions.length === 0
          ? html`<p>${words.none}</p>`
          : html`<ul>
              ${paper.customerQuestions.map(
                ({ at, text, answeredAt }) =>
                  html`<li>
                    <span class="dim">${time(page, at)}</span> ${quoted(text)}
                    <b>${answeredAt === null ? say.unanswered : say.answered(time(page, answeredAt))}</b>
                  </li>`,
              )}
            </ul>`
      }`,
  );
}

function done(page: Page): Markup {
  const { paper, say, words, language } = page;
  return section(
    say.done,
    html`<h3>${say.steps}</h3>
      ${
        paper.steps.length === 0
          ? html`<p>${words.none}</p>`
          : html`<ol>
              ${titlesOf(paper.steps, language).map((title) => html`<li>${title}</li>`)}
            </ol>`
      }
      <h3>${say.plan}</h3>
      ${
        paper.plan === null
          ? html`<p>${words.none}</p>`
          : html`<p class="dim">${paper.plan.by?.name ?? say.byPlaybook}</p>
              <ol>
                ${paper.plan.items.map(
                  ({ text, step, doneAt, doneBy, words: said }) =>
                    html`<li>
                      ${doneAt === null ? '☐' : '☑'} ${text ?? titlesOf(step === null ? [] : [step], language)}
                      ${doneAt !== null && html`<span class="dim">${time(page, doneAt)} ${doneBy?.name ?? ''}</span>`}
                      ${said !== null && quoted(said)}
                    </li>`,
                )}
              </ol>`
      }`,
  );
}

function clocks(page: Page): Content {
  const { paper, say, words, language } = page;
  if (paper.clocks.length === 0) return null;
  return section(
    say.clocks,
    html`<table class="wide">
      <thead>
        <tr>
          ${[say.labels.clock, say.labels.dueAt, say.labels.passed, say.labels.state].map((label) => html`<th>${label}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${paper.clocks.map(
          ({ clock, dueAt, passedPercent, state, acknowledgedBy, words: explained }) =>
            html`<tr>
              <td><b>${words.clocks[clock] ?? clock}</b><br /><span class="dim">${explained[language]}</span></td>
              <td>${dueAt === null ? words.unknown : time(page, dueAt)}</td>
              <td>
                ${
                  passedPercent === null
                    ? words.unknown
                    : html`<meter
                          min="0"
                          max="100"
                          low="75"
                          high="99"
                          optimum="0"
                          value="${Math.min(passedPercent, 100)}"
                        ></meter>
                        ${passedPercent}%`
                }
              </td>
              <td>
                ${state === 'breached' ? html`<b class="bad">${words.clockStates[state]}</b>` : words.clockStates[state]}
                ${acknowledgedBy && html`<br />${say.takenOn(acknowledgedBy.name)}`}
              </td>
            </tr>`,
        )}
      </tbody>
    </table>`,
  );
}

function timeline(page: Page): Markup {
  const { paper, say, language } = page;
  const { calendar, leftOut, lines } = paper.timeline;
  return section(
    say.timeline,
    html`<p class="dim">
        ${calendar ? say.workingTime(calendar.name, calendar.zone) : say.noCalendar}${leftOut > 0 && ` ${say.leftOut(leftOut)}`}
      </p>
      <table class="wide">
        <tbody>
          ${lines.map(
            ({ at, workingMilliseconds, words, text }) =>
              html`<tr>
                <td class="when">
                  ${time(page, at)}${
                    workingMilliseconds !== null &&
                    html`<br /><span class="dim">+${spanInWords(workingMilliseconds, language)}</span>`
                  }
                </td>
                <td>${words[language]}${text !== null && text[language] !== '' && quoted(text[language])}</td>
              </tr>`,
          )}
        </tbody>
      </table>`,
  );
}

function section(title: string, content: Markup, kind = ''): Markup {
  return html`<section class="${kind}">
    <h2>${title}</h2>
    ${content}
  </section>`;
}

/** A fact that nobody told is said to be unknown, and never left out. */
function table({ words }: Page, rows: readonly (readonly [string, string | null])[]): Markup {
  return html`<table class="facts">
    ${rows.map(
      ([label, value]) =>
        html`<tr>
          <th>${label}</th>
          <td>${value === null || value === '' ? html`<span class="dim">${words.unknown}</span>` : value}</td>
        </tr>`,
    )}
  </table>`;
}

const quoted = (text: string): Markup => html`<blockquote>${text}</blockquote>`;

const time = ({ zone }: Pick<Page, 'zone'>, instant: string): string => timeIn(zone, instant);
