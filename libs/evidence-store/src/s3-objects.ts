import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';

export interface S3Place {
  bucket: string;
  /** Stands before every key, for those who share a bucket; ends with a slash or is empty. */
  prefix: string;
  /** Null for Amazon's own, of the region. */
  endpoint: string | null;
  region: string;
  /** Whether the bucket stands in the path, as most other servers want it, or in the name of the host. */
  pathStyle: boolean;
  /** Null where the machine knows them: a role, an environment, a file of the user. */
  credentials: { accessKeyId: string; secretAccessKey: string } | null;
}

/** Requests that run at once; each upload holds its part in memory. */
const mostAtOnce = 4;

/** The objects of a bucket, by whole requests. What cannot be reached is tried again a few times before it fails. */
export class S3Objects {
  private readonly client: S3Client;
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly place: S3Place) {
    const settings: S3ClientConfig = {
      region: place.region,
      forcePathStyle: place.pathStyle,
      maxAttempts: 5,
      requestHandler: { connectionTimeout: 5_000, requestTimeout: 60_000 },
      // Other servers than Amazon's do not know the newer checksums; each frame is authenticated anyway.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    };
    if (place.endpoint !== null) settings.endpoint = place.endpoint;
    if (place.credentials) settings.credentials = place.credentials;
    this.client = new S3Client(settings);
  }

  async put(key: string, body: Buffer): Promise<void> {
    await this.oneOfFew(() =>
      this.client.send(new PutObjectCommand({ ...this.at(key), Body: body, ContentLength: body.length })),
    );
  }

  /** A part of an object, or all of it; null when there is no such object, or it ends before. */
  async get(key: string, range?: { from: number; bytes: number }): Promise<Buffer | null> {
    const wanted = range && { Range: `bytes=${range.from}-${range.from + range.bytes - 1}` };
    try {
      const { Body } = await this.client.send(new GetObjectCommand({ ...this.at(key), ...wanted }));
      return Body ? Buffer.from(await Body.transformToByteArray()) : null;
    } catch (error) {
      if (isNamed(error, 'NoSuchKey', 'NotFound', 'InvalidRange')) return null;
      throw error;
    }
  }

  /** Keys that begin so, with their sizes. */
  async list(prefix: string): Promise<{ key: string; bytes: number }[]> {
    const found: { key: string; bytes: number }[] = [];
    let from: string | undefined;
    do {
      const page = await this.client.send(
        new ListObjectsV2Command({
          Bucket: this.place.bucket,
          Prefix: this.place.prefix + prefix,
          ContinuationToken: from,
        }),
      );
      for (const { Key, Size } of page.Contents ?? [])
        if (Key !== undefined) found.push({ key: Key.slice(this.place.prefix.length), bytes: Size ?? 0 });
      from = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (from !== undefined);
    return found;
  }

  /** Also when there is none. */
  async remove(key: string): Promise<void> {
    await this.client.send(new DeleteObjectCommand(this.at(key)));
  }

  async copy(from: string, to: string): Promise<void> {
    const source = [this.place.bucket, ...(this.place.prefix + from).split('/')].map(encodeURIComponent).join('/');
    await this.client.send(new CopyObjectCommand({ ...this.at(to), CopySource: source }));
  }

  private at(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.place.bucket, Key: this.place.prefix + key };
  }

  private async oneOfFew<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.running >= mostAtOnce) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.running += 1;
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running -= 1;
    }
  }
}

function isNamed(error: unknown, ...names: string[]): boolean {
  return typeof error === 'object' && error !== null && 'name' in error && names.includes(String(error.name));
}
