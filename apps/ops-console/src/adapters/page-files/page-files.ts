import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

interface PageFile {
  content: Buffer;
  type: string;
  tag: string;
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The files of the page, read once: a name that is not among them leads nowhere. */
export class PageFiles {
  private readonly files = new Map<string, PageFile>();

  /** `public/` lies beside `src/` and `dist/`, so the way to it is the same from both. */
  constructor(folder = fileURLToPath(new URL('../../../public/', import.meta.url))) {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const type = types[extname(entry.name)];
      if (!entry.isFile() || type === undefined) continue;
      const content = readFileSync(`${folder}/${entry.name}`);
      const tag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`;
      this.files.set(entry.name, { content, type, tag });
    }
  }

  find(name: string): PageFile | undefined {
    return this.files.get(name);
  }
}
