import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

interface PageScript {
  readonly content: Buffer;
  readonly tag: string;
}

/** `public/` lies beside `src/` and `dist/`, so the way to it is the same from both. */
const folder = fileURLToPath(new URL('../../../public/', import.meta.url));
const own = ['page.js', 'uploads.js', 'arrivals.js', 'words.js'];
/** The bundle for browsers that its makers publish, as it is: nothing is built here. */
const tusClient = createRequire(import.meta.url).resolve('tus-js-client/dist/tus.min.js');

/** The scripts of the page, read once: a name that is not among them leads nowhere. */
export class PageScripts {
  private readonly scripts = new Map<string, PageScript>([
    ['tus.js', read(tusClient)],
    ...own.map((name): [string, PageScript] => [name, read(`${folder}${name}`)]),
  ]);

  find(name: string): PageScript | undefined {
    return this.scripts.get(name);
  }
}

function read(path: string): PageScript {
  const content = readFileSync(path);
  return { content, tag: `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"` };
}
