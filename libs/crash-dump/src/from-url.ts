import type { ByteSource } from './byte-source.js';

/** What of `fetch` is needed; that of browsers and of Node fits. */
export type Fetch = (
  url: string,
  init: { method: 'GET'; headers: Record<string, string> },
) => Promise<{
  status: number;
  headers: { get(name: string): string | null };
  arrayBuffer(): Promise<ArrayBuffer>;
  body?: { cancel(): Promise<void> } | null;
}>;

const blockBytes = 64 * 1024;
/** 16 MiB. */
const keptBlocks = 256;
/** More is asked for in one request only when one read wants more. */
const maxBlocksAtOnce = 64;

/**
 * A source over HTTP: it asks for the parts that are read, in blocks of 64 KiB, and keeps the last 16 MiB. The server
 * has to give ranges, and the same file to the end: a changed one is an error, as is an answer that does not fit.
 */
export async function fromUrl(url: string, fetch: Fetch): Promise<ByteSource> {
  const first = await ask(url, fetch, 0, blockBytes, null);
  const remote = new RemoteFile(url, fetch, first);
  return { size: first.size, read: (offset, length) => remote.read(offset, length) };
}

interface Answer {
  bytes: Uint8Array;
  size: number;
  /** What stays the same as long as the file does: its strong ETag, else when it was changed. */
  version: string | null;
}

class RemoteFile {
  private readonly blocks = new Map<number, Promise<Uint8Array>>();

  constructor(
    private readonly url: string,
    private readonly fetch: Fetch,
    private readonly first: Answer,
  ) {
    if (first.bytes.byteLength > 0) this.blocks.set(0, Promise.resolve(first.bytes));
  }

  async read(offset: number, length: number): Promise<DataView> {
    const from = Math.min(this.first.size, Math.max(0, offset));
    const end = Math.min(this.first.size, from + Math.max(0, length));
    const bytes = new Uint8Array(end - from);
    const lastBlock = Math.ceil(end / blockBytes);
    for (let block = Math.floor(from / blockBytes); block < lastBlock; block += maxBlocksAtOnce) {
      const until = Math.min(lastBlock, block + maxBlocksAtOnce);
      this.request(block, until);
      for (let index = block; index < until; index += 1) {
        const start = index * blockBytes;
        const content = await (this.blocks.get(index) as Promise<Uint8Array>);
        const part = content.subarray(Math.max(0, from - start), end - start);
        bytes.set(part, Math.max(start, from) - from);
      }
      this.forget();
    }
    return new DataView(bytes.buffer);
  }

  /** Asks for blocks that are not there, those beside each other at once. */
  private request(from: number, until: number): void {
    for (let block = from; block < until; block += 1) {
      const known = this.blocks.get(block);
      if (known) {
        this.blocks.delete(block);
        this.blocks.set(block, known);
        continue;
      }
      let end = block + 1;
      while (end < until && !this.blocks.has(end)) end += 1;
      const start = block * blockBytes;
      const asked = ask(this.url, this.fetch, start, Math.min(this.first.size, end * blockBytes) - start, this.first);
      for (let index = block; index < end; index += 1) {
        const content = asked.then(({ bytes }) =>
          bytes.subarray(index * blockBytes - start, (index + 1) * blockBytes - start),
        );
        this.blocks.set(index, content);
        // Another read may ask again; who waits for this one hears of the fault by himself.
        content.catch(() => this.blocks.delete(index));
      }
      block = end - 1;
    }
  }

  private forget(): void {
    for (const block of this.blocks.keys()) {
      if (this.blocks.size <= keptBlocks) return;
      this.blocks.delete(block);
    }
  }
}

async function ask(url: string, fetch: Fetch, start: number, length: number, before: Answer | null): Promise<Answer> {
  const headers: Record<string, string> = {
    range: `bytes=${start}-${start + length - 1}`,
    'accept-encoding': 'identity',
  };
  if (before?.version != null) headers['if-range'] = before.version;
  const response = await fetch(url, { method: 'GET', headers });
  const size = Number(
    /^bytes (?:\d+-\d+|\*)\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1] ?? Number.NaN,
  );
  const version = versionOf(response.headers);
  if (response.status === 416 && size === 0) return { bytes: new Uint8Array(0), size, version };
  if (response.status !== 206) {
    await response.body?.cancel();
    throw new Error(`${url} ${complaint(response.status, before)}`);
  }
  if (!Number.isSafeInteger(size)) {
    throw new Error(
      `${url} does not tell its size; found Content-Range ${response.headers.get('content-range') ?? 'missing'}`,
    );
  }
  if (before && (size !== before.size || version !== before.version)) {
    throw new Error(
      `${url} was changed while it was read: ${before.size} bytes (${before.version ?? 'no version'}) before, ${size} (${version ?? 'no version'}) now`,
    );
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  const wanted = Math.min(length, size - start);
  const begins = Number(/^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1]);
  if (bytes.byteLength !== wanted || begins !== start) {
    throw new Error(`${url} gave ${bytes.byteLength} bytes from ${begins}; expected ${wanted} from ${start}`);
  }
  return { bytes, size, version };
}

/** If-Range takes no weak ETag. */
function versionOf(headers: { get(name: string): string | null }): string | null {
  const etag = headers.get('etag');
  return etag !== null && !etag.startsWith('W/') ? etag : headers.get('last-modified');
}

function complaint(status: number, before: Answer | null): string {
  if (status === 200 && before) return 'was changed while it was read: it is given as a whole now';
  if (status === 200) return 'is given only as a whole; expected a server that gives ranges (206)';
  return `cannot be read: found HTTP status ${status}; expected 206`;
}
