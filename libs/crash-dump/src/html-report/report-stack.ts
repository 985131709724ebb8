import type { DumpReport, Frame, FrameTrust } from '../dump-facts.js';
import { html, type Content, type Markup } from './markup.js';
import { section, type Page } from './page.js';
import { colourOf, trustBar } from './report-pictures.js';
import { trustNames, words } from './report-words.data.js';

const framesAtFirst = 24;
const framesAtMost = 400;
/** Scanned values below this are mostly no return addresses. */
const likely = 0.5;
const trusts: readonly FrameTrust[] = ['context', 'unwind', 'cfi-chained', 'frame-pointer', 'scan'];

/** The call stack from the crash outwards, with what may be believed of it. */
export function stackSection(page: Page): Markup {
  const { report, say } = page;
  if (report.stack.length === 0) {
    return section(say(words.stack), html`<p class="dim">${say(words.noStack)}</p>`);
  }
  const numbered = report.stack.slice(0, framesAtMost).map((frame, index): [Frame, number] => [frame, index]);
  const sure = numbered.filter(([{ confidence }]) => confidence >= likely);
  const unsure = numbered.filter(([{ confidence }]) => confidence < likely);
  const reporting = report.reportingStack.slice(0, framesAtMost).map((frame, index): [Frame, number] => [frame, index]);
  return section(
    say(words.stack),
    html`<p class="hint">${say(words.stackHint)}</p>
      ${framesOf(page, sure.slice(0, framesAtFirst))}${trustKey(page, report.stack)}
      ${hidden(page, say(words.moreFrames), sure.slice(framesAtFirst))}
      ${hidden(page, say(words.lessLikely), unsure)}${hidden(page, say(words.reporting), reporting)}`,
    'long',
  );
}

function hidden(page: Page, title: string, frames: readonly [Frame, number][]): Content {
  if (frames.length === 0) return null;
  return html`<details>
    <summary>${title} (${frames.length})</summary>
    ${framesOf(page, frames)}
  </details>`;
}

function framesOf({ report: { modules }, say }: Page, frames: readonly [Frame, number][]): Markup {
  const colours = new Map(modules.map((one) => [one.name, colourOf(one)]));
  return html`<ol class="frames">
    ${frames.map(
      ([frame, index]) =>
        html`<li>
          <span class="no">${index}</span>
          <span class="trust" title="${say(trustNames[frame.trust].long)}"
            >${trustBar(frame)}
            ${say(trustNames[frame.trust].short)}${frame.trust === 'scan' && ` ${frame.confidence.toFixed(2)}`}</span
          >
          <span class="what ${frame.module !== null && colours.get(frame.module) === 'third' && 'third'}"
            >${placeOf(frame)}</span
          >
          <code class="address dim">${frame.address}</code>
        </li>`,
    )}
  </ol>`;
}

function placeOf({ module, offset, symbol, address }: Frame): Markup {
  if (module === null) return html`<code>${address}</code>`;
  return html`${module}<wbr />+${offset ?? '0x0'}${symbol !== null && html` <span class="symbol">${symbol}</span>`}`;
}

function trustKey({ say }: Page, stack: DumpReport['stack']): Markup {
  const used = trusts.filter((trust) => stack.some((frame) => frame.trust === trust));
  return html`<ul class="key">
    ${used.map(
      (trust) =>
        html`<li>
          <i class="fill-${trust}"></i>${say(trustNames[trust].short)}${say(words.colon)}${say(trustNames[trust].long)}
        </li>`,
    )}
  </ul>`;
}
