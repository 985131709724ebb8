import { words } from './words.js';

const { tus } = window;

/** Small enough that a proxy which takes a whole piece before it passes it on loses little, large enough to be quick. */
const pieceBytes = 16 * 1024 * 1024;
const mostAtOnce = 2;
const retryPauses = [0, 1000, 3000, 5000];
/** Speed is taken over the last seconds, so that the time that is left does not jump. */
const speedSeconds = 8;

/** One file on its way. `state` is waiting, asking, sending, paused, lost, failed or done. */
class Upload {
  state = 'waiting';
  /** The server's id, once it has one. */
  id = null;
  sent = 0;
  problem = null;
  marks = [];
  client = null;

  /** `half` is what the server has of this file already, or null. */
  constructor(queue, file, half) {
    this.queue = queue;
    this.file = file;
    this.id = half?.id ?? null;
    this.sent = half?.bytes ?? 0;
  }

  get isActive() {
    return this.state === 'waiting' || this.state === 'sending' || this.state === 'lost';
  }

  /** Bytes per second, or null while it is not known. */
  get speed() {
    const [first] = this.marks;
    const last = this.marks.at(-1);
    if (this.state !== 'sending' || !first || last.at - first.at < 500) return null;
    return ((last.bytes - first.bytes) * 1000) / (last.at - first.at);
  }

  start() {
    this.state = 'sending';
    this.marks = [];
    this.client ??= this.connect();
    this.client.start();
  }

  pause() {
    this.state = 'paused';
    void this.client?.abort();
    this.queue.next();
  }

  resume() {
    this.problem = null;
    this.state = 'waiting';
    this.queue.next();
  }

  async remove() {
    const wasUnfinished = this.state !== 'done';
    this.state = 'paused';
    await this.client?.abort();
    if (wasUnfinished && this.id !== null) await this.queue.forget(this.id);
    this.queue.drop(this);
  }

  connect() {
    const { base } = this.queue;
    return new tus.Upload(this.file, {
      endpoint: `${base}/files`,
      uploadUrl: this.id === null ? null : `${base}/files/${this.id}`,
      chunkSize: pieceBytes,
      retryDelays: retryPauses,
      // Addresses hold the token of the link: none is kept in the browser. The server knows what can be continued.
      storeFingerprintForResuming: false,
      metadata: { filename: this.file.name, lastModified: String(this.file.lastModified) },
      onShouldRetry: (error) => isPassing(statusOf(error)),
      onUploadUrlAvailable: () => {
        this.id = this.client.url.split('/').at(-1);
        this.queue.changed();
      },
      onProgress: (sent) => this.progress(sent),
      onSuccess: () => this.end('done', null),
      onError: (error) => this.fail(error),
    });
  }

  progress(sent) {
    const at = performance.now();
    this.sent = sent;
    this.marks.push({ at, bytes: sent });
    while (this.marks.length > 2 && at - this.marks[0].at > speedSeconds * 1000) this.marks.shift();
    this.queue.changed();
  }

  fail(error) {
    const status = statusOf(error);
    if (this.state === 'paused') return;
    // An upload begun anew gets a new client: the old one remembers its address.
    this.client = null;
    if (status !== null && isPassing(status)) this.end('lost', null);
    else if (status === null) void this.failWithoutAnswer();
    else this.end('failed', becauseOf(error));
  }

  /** No answer means that the network is gone, or that the file cannot be read any more. */
  async failWithoutAnswer() {
    try {
      await this.file.slice(0, 1).arrayBuffer();
      this.end('lost', null);
    } catch {
      this.end('failed', 'unreadable-file');
    }
  }

  end(state, problem) {
    if (state === 'done') this.sent = this.file.size;
    this.state = state;
    this.problem = problem === null ? null : (words.because[problem] ?? words.because.other);
    this.queue.next();
  }
}

/** The files that are sent from this page, some at a time. */
export class UploadQueue {
  uploads = [];

  constructor(base, changed) {
    this.base = base;
    this.changed = changed;
  }

  add(file, half) {
    const upload = new Upload(this, file, half);
    this.uploads.push(upload);
    return upload;
  }

  /** A file of this name and size is here already: the customer is asked. */
  ask(file) {
    const upload = this.add(file, null);
    upload.state = 'asking';
  }

  next() {
    const sending = this.uploads.filter(({ state }) => state === 'sending').length;
    const waiting = this.uploads.filter(({ state }) => state === 'waiting');
    for (const upload of waiting.slice(0, Math.max(0, mostAtOnce - sending))) upload.start();
    this.changed();
  }

  /** The server answers again. */
  reachable() {
    for (const upload of this.uploads) if (upload.state === 'lost') upload.state = 'waiting';
    this.next();
  }

  drop(upload) {
    this.uploads = this.uploads.filter((other) => other !== upload);
    this.next();
  }

  async forget(id) {
    const headers = { 'Tus-Resumable': '1.0.0' };
    await fetch(`${this.base}/files/${id}`, { method: 'DELETE', headers }).catch(() => undefined);
  }
}

function statusOf(error) {
  return error.originalResponse?.getStatus() || null;
}

/** Worth another try: no answer, trouble of the server, or another request that still holds the upload. */
function isPassing(status) {
  return status === null || (status >= 500 && status !== 507) || [409, 423, 429].includes(status);
}

function becauseOf(error) {
  try {
    return JSON.parse(error.originalResponse.getBody()).because;
  } catch {
    return 'other';
  }
}
