import { html, type Content } from './markup.js';
import { section, sizeText, type Page } from './page.js';
import { memoryStrip } from './report-pictures.js';
import { words } from './report-words.data.js';

/** Which memory the dump holds, as a picture and in figures. */
export function memorySection({ report, say }: Page): Content {
  const { memory } = report;
  if (!memory) return null;
  const isPhysical = memory.space === 'physical';
  const first = memory.largest[0];
  const last = memory.largest[memory.largest.length - 1];
  return section(
    say(words.memory),
    html`<p class="hint">${say(isPhysical ? words.memoryPhysical : words.memoryVirtual)}</p>
      ${memoryStrip(memory, report)}
      <div class="axis">
        <code>${isPhysical ? '0x0' : (first?.from ?? null)}</code>
        <span>
          ${sizeText(memory.bytes)}, ${memory.pieces}
          ${say(words.pieces)}${memory.endsAt !== null && `${say(words.comma)}${say(words.ofSpan)} ${sizeText(Number(memory.endsAt))}`}
        </span>
        <code>${isPhysical ? memory.endsAt : (last?.from ?? null)}</code>
      </div>
      ${
        !isPhysical &&
        html`<ul class="key">
          <li><i class="fill-context"></i>${say(words.onStack)}</li>
          <li><i class="fill-ms"></i>${say(words.inModule)}</li>
          <li><i class="fill-unsaid"></i>${say(words.otherMemory)}</li>
        </ul>`
      }`,
  );
}
