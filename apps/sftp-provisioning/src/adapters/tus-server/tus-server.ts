import { Server } from '@tus/server';
import { DataStore, Upload } from '@tus/utils';
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { UploadLocks } from './upload-locks.js';

export interface Space {
  readonly spaceId: string;
  readonly caseId: string;
}

interface KnownUpload {
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
  readonly lastModified: number;
  readonly begunAt: Date;
}

/** What the protocol is spoken about. */
export interface Uploads {
  create(
    space: Space,
    wish: { name: string | null | undefined; bytes: number; lastModified: number },
  ): Promise<KnownUpload>;
  look(space: Space, id: string): Promise<KnownUpload & { offset: number }>;
  append(space: Space, id: string, offset: number, pieces: AsyncIterable<Buffer>): Promise<number>;
  remove(space: Space, id: string): Promise<void>;
  complete(space: Space): Promise<{ complete: string[]; lacking: string[] }>;
}

export interface Options {
  readonly uploads: Uploads;
  readonly keptMilliseconds: number;
  /** The refusal in an error and its HTTP status, or null for a fault of ours. */
  refusalOf(error: unknown): { because: string; message: string; status: number } | null;
  onFault(error: unknown): void;
}

/** Where the doors of the service pass uploads on to. */
export interface TusAddress {
  readonly port: number;
  /** Who does not know it is not listened to. */
  readonly secret: string;
}

export const headers = {
  secret: 'x-caserelay-secret',
  spaceId: 'x-caserelay-space',
  caseId: 'x-caserelay-case',
} as const;
const mostMetadataBytes = 2_048;

/**
 * Speaks the tus protocol (resumable uploads, version 1) with what the service passes on after it has checked who asks.
 * Listens on this machine alone.
 */
export class TusServer {
  private readonly http: HttpServer;
  private readonly locks = new UploadLocks();
  private readonly secret = randomBytes(32).toString('base64url');

  constructor(private readonly options: Options) {
    this.http = createServer((request, response) => void this.answer(request, response));
    // A slow line may need longer for a piece than Node's usual limit; the service's own doors hold the limit.
    this.http.requestTimeout = 0;
  }

  async listen(): Promise<TusAddress> {
    await new Promise<void>((resolve, reject) => {
      this.http.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    return { port: (this.http.address() as AddressInfo).port, secret: this.secret };
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.http.close(() => resolve());
    });
    this.http.closeAllConnections();
    await closed;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const space = this.spaceOf(request);
    const metadata = request.headers['upload-metadata'] ?? '';
    if (!space) return end(response, 403, 'not-allowed');
    if (metadata.length > mostMetadataBytes) return end(response, 431, 'bad-name');
    // A method can be overridden by a header in this protocol; nobody needs that here.
    delete request.headers['x-http-method-override'];
    try {
      if (request.method === 'POST' && request.url === '/complete') {
        const answer = JSON.stringify(await this.options.uploads.complete(space));
        response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
        return;
      }
      await this.serverOf(space).handle(request, response);
    } catch (error) {
      this.options.onFault(error);
      if (response.headersSent) response.destroy();
      else end(response, 500, 'fault');
    }
  }

  private spaceOf(request: IncomingMessage): Space | null {
    const given = Buffer.from(String(request.headers[headers.secret] ?? ''));
    const secret = Buffer.from(this.secret);
    if (given.length !== secret.length || !timingSafeEqual(given, secret)) return null;
    const spaceId = request.headers[headers.spaceId];
    const caseId = request.headers[headers.caseId];
    return typeof spaceId === 'string' && typeof caseId === 'string' ? { spaceId, caseId } : null;
  }

  private serverOf(space: Space): Server {
    return new Server({
      path: '/files',
      datastore: new SpaceStore(space, this.options),
      locker: this.locks,
      lockDrainTimeout: 500,
      allowedOrigins: [],
      disableTerminationForFinishedUploads: true,
      generateUrl: (_request, { id }) => `files/${id}`,
      onResponseError: (_request, error) => this.wordsFor(error),
    });
  }

  /** The page reads `because` and has a sentence for it. What the library throws itself stays as it is. */
  private wordsFor(error: unknown): { status_code: number; body: string } | undefined {
    const refusal = this.options.refusalOf(error);
    if (refusal)
      return {
        status_code: refusal.status,
        body: JSON.stringify({ because: refusal.because, detail: refusal.message }),
      };
    if (typeof error === 'object' && error !== null && 'status_code' in error) return undefined;
    this.options.onFault(error);
    return { status_code: 500, body: JSON.stringify({ because: 'fault' }) };
  }
}

/** The uploads of one space, as the library wants to see them. */
class SpaceStore extends DataStore {
  override extensions = ['creation', 'expiration', 'termination'];

  constructor(
    private readonly space: Space,
    private readonly options: Options,
  ) {
    super();
  }

  override async create(upload: Upload): Promise<Upload> {
    const { filename, lastModified } = upload.metadata ?? {};
    const begun = await this.options.uploads.create(this.space, {
      name: filename,
      bytes: upload.size ?? -1,
      lastModified: Number(lastModified ?? 0),
    });
    upload.id = begun.id;
    upload.creation_date = begun.begunAt.toISOString();
    return upload;
  }

  override async getUpload(id: string): Promise<Upload> {
    const { offset, bytes, name, lastModified, begunAt } = await this.options.uploads.look(this.space, id);
    return new Upload({
      id,
      size: bytes,
      offset,
      metadata: { filename: name, lastModified: String(lastModified) },
      creation_date: begunAt.toISOString(),
    });
  }

  override async write(stream: Readable, id: string, offset: number): Promise<number> {
    return this.options.uploads.append(this.space, id, offset, stream as AsyncIterable<Buffer>);
  }

  override async remove(id: string): Promise<void> {
    await this.options.uploads.remove(this.space, id);
  }

  override getExpiration(): number {
    return this.options.keptMilliseconds;
  }
}

function end(response: ServerResponse, status: number, because: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ because }));
}
