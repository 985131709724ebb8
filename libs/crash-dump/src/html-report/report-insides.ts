import type { DumpReport } from '../dump-facts.js';
import { mapOfModules } from '../module-map.js';
import { inLanguage } from '../sentences.js';
import { html, type Content } from './markup.js';
import { section, sizeText, type Page } from './page.js';
import { words } from './report-words.data.js';

const threadsAtMost = 1000;

/** What else the dump tells: registers, threads, hardware, data of drivers, notes, signatures. */
export function insidesOf(page: Page): Content {
  return [registers(page), threads(page), hardware(page), secondary(page), notes(page), signatures(page)];
}

function registers({ report: { crash, modules }, say }: Page): Content {
  const named = Object.entries(crash?.registers ?? {});
  if (named.length === 0) return null;
  const map = mapOfModules(modules);
  const placeOf = (value: string): string | null => {
    const module = map.at(BigInt(value));
    return module ? `${module.name}+0x${(BigInt(value) - BigInt(module.base)).toString(16)}` : null;
  };
  return section(
    say(words.registers),
    html`<div class="registers mono">
      ${named.map(
        ([name, value]) =>
          html`<div>
            <b>${name}</b><span>${value} <span class="dim">${placeOf(value)}</span></span>
          </div>`,
      )}
    </div>`,
  );
}

function threads({ report, say }: Page): Content {
  if (report.threads.length === 0) return null;
  const rows = [...report.threads].sort((a, b) => Number(b.crashed) - Number(a.crashed)).slice(0, threadsAtMost);
  return section(
    `${say(words.threads)} (${report.threads.length})`,
    html`<div class="scroll">
        <table>
          <tbody>
            ${rows.map(
              (one) =>
                html`<tr>
                  <td>${one.id}</td>
                  <td>${one.name} ${one.crashed && html`<span class="pill bad">${say(words.crashed)}</span>`}</td>
                  <td class="mono">${one.instructionPointer}</td>
                  <td class="right">${sizeText(one.stackBytes)}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
      ${
        report.handles.length > 0 &&
        html`<p class="dim">
          ${say(words.handles)}${say(words.colon)}${report.handles.map(({ type, count }) => `${type} ${count}`).join(', ')}
        </p>`
      }`,
    'long',
  );
}

function hardware({ report, say }: Page): Content {
  const known = report.hardware;
  if (!known) return null;
  const joined = (...parts: (string | number | null | undefined)[]): string => parts.filter(Boolean).join(' ');
  const { processor, board, bios, system, memory } = known;
  const facts: [string, string][] = [
    [
      say(words.processor),
      joined(processor?.name ?? processor?.vendor, processor?.megahertz && `${processor.megahertz} MHz`),
    ],
    [say(words.computer), joined(system?.manufacturer, system?.product)],
    [say(words.board), joined(board?.manufacturer, board?.product, board?.version)],
    [say(words.bios), joined(bios?.vendor, bios?.version, bios?.date)],
    ...memory.map((one): [string, string] => [
      joined(say(words.slots), one.locator),
      joined(
        one.megabytes && sizeText(one.megabytes * 1024 * 1024),
        one.speed && `${one.speed} MT/s`,
        one.manufacturer,
        one.partNumber,
      ),
    ]),
  ];
  const told = facts.filter(([, text]) => text !== '');
  if (told.length === 0) return null;
  return section(
    say(words.hardware),
    html`<dl>
      ${told.map(
        ([label, text]) =>
          html`<div>
            <dt>${label}</dt>
            <dd>${text}</dd>
          </div>`,
      )}
    </dl>`,
  );
}

function secondary({ report: { secondaryData }, language, say }: Page): Content {
  if (secondaryData.length === 0) return null;
  return section(
    say(words.secondary),
    html`<details>
      <summary>${secondaryData.length}</summary>
      <div class="scroll">
        <table>
          <tbody>
            ${secondaryData.map(
              ({ guid, name, bytes }) =>
                html`<tr>
                  <td>${name !== null && inLanguage(name, language)}</td>
                  <td class="right">${sizeText(bytes)}</td>
                  <td class="rare"><code class="dim">${guid}</code></td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </details>`,
  );
}

function notes({ report, language, say }: Page): Content {
  const list = (title: string, texts: DumpReport['notes']): Content =>
    texts.length > 0 &&
    section(
      title,
      html`<ul>
        ${texts.map((text) => html`<li>${inLanguage(text, language)}</li>`)}
      </ul>`,
    );
  return [list(say(words.notes), report.notes), list(say(words.comments), report.comments)];
}

function signatures({ document, say }: Page): Content {
  const { cause, place, stack, exact } = document.signatures;
  const lines: [string, string | null][] = [
    [say(words.cause), cause],
    [say(words.place), place],
    [say(words.stackWord), stack],
    [say(words.exact), exact],
  ];
  if (cause === null) return null;
  return section(
    say(words.signature),
    html`<div class="sign">
      ${lines.map(([label, text]) => text !== null && html`<span class="dim">${label}</span><code>${text}</code>`)}
    </div>`,
  );
}
