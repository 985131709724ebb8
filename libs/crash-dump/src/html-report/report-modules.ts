import type { Module } from '../dump-facts.js';
import { html, type Content } from './markup.js';
import { section, sizeText, type Page } from './page.js';
import { colourOf, moduleStrip } from './report-pictures.js';
import { words } from './report-words.data.js';

/** The modules as a map of addresses and as tables: those of other companies first. */
export function modulesSection(page: Page): Content {
  const { report, say } = page;
  if (report.modules.length === 0) return null;
  const sorted = [...report.modules].sort(byCompany);
  const of = (colour: ReturnType<typeof colourOf>): Module[] => sorted.filter((one) => colourOf(one) === colour);
  const [third, unsaid, microsoft] = [of('third'), of('unsaid'), of('ms')];
  const key: [string, string, Module[]][] = [
    ['third', say(words.thirdParty), third],
    ['unsaid', say(words.unsaid), unsaid],
    ['ms', say(words.microsoft), microsoft],
  ];
  return section(
    `${say(words.modules)} (${sorted.length})`,
    html`<p class="hint">${say(words.modulesHint)}</p>
      ${moduleStrip(report)}
      <ul class="key">
        ${key.map(
          ([colour, name, list]) =>
            list.length > 0 && html`<li><i class="fill-${colour}"></i>${name} (${list.length})</li>`,
        )}
      </ul>
      ${third.length > 0 && moduleTable(page, third)} ${folded(page, say(words.unsaid), unsaid)}
      ${folded(page, say(words.microsoft), microsoft)} ${unloadedTable(page)}`,
    'long',
  );
}

function byCompany(a: Module, b: Module): number {
  return (a.company ?? '').localeCompare(b.company ?? '', 'en') || a.name.localeCompare(b.name, 'en');
}

function folded(page: Page, title: string, modules: readonly Module[]): Content {
  if (modules.length === 0) return null;
  return html`<details>
    <summary>${title} (${modules.length})</summary>
    ${moduleTable(page, modules)}
  </details>`;
}

function moduleTable({ say }: Page, modules: readonly Module[]): Content {
  return html`<div class="scroll">
    <table class="wide">
      <thead>
        <tr>
          <th>${say(words.name)}</th>
          <th>${say(words.version)}</th>
          <th>${say(words.company)}</th>
          <th>${say(words.base)}</th>
          <th class="right">${say(words.size)}</th>
          <th class="rare">${say(words.stamp)}</th>
        </tr>
      </thead>
      <tbody>
        ${modules.map(
          (one) =>
            html`<tr class="${colourOf(one) === 'third' && 'third'}">
              <td title="${one.path}">${one.name}</td>
              <td>${one.fileVersion}</td>
              <td>${one.company}${one.description ? html`<br /><span class="dim">${one.description}</span>` : null}</td>
              <td class="mono">${one.base}</td>
              <td class="right">${sizeText(one.size)}</td>
              <td class="rare stamp">${stampOf(one, say)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** Time stamps of images are often hashes of their content; a date outside these years is none. */
const years = { from: Date.UTC(1995, 0), to: Date.UTC(2100, 0) };

function stampOf({ timeDateStamp, isBuildId }: Module, say: Page['say']): Content {
  if (timeDateStamp === null) return null;
  const milliseconds = Number(timeDateStamp) * 1000;
  const isDate = isBuildId !== true && milliseconds >= years.from && milliseconds < years.to;
  return isDate && isBuildId === false
    ? new Date(milliseconds).toISOString().slice(0, 10)
    : html`<code>${timeDateStamp}</code>${isBuildId === true && ` ${say(words.buildId)}`}`;
}

function unloadedTable({ report: { unloadedModules }, say }: Page): Content {
  if (unloadedModules.length === 0) return null;
  return html`<details>
    <summary>${say(words.unloaded)} (${unloadedModules.length})</summary>
    <div class="scroll">
      <table>
        <tbody>
          ${unloadedModules.map(
            ({ name, base, size }) =>
              html`<tr>
                <td>${name}</td>
                <td class="mono">${base}</td>
                <td class="right">${sizeText(size)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </details>`;
}
