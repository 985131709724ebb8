import type { ImageIdentity, KnownVersion } from '@caserelay/crash-dump';
import type { DataSource, EntityManager } from 'typeorm';

interface Row {
  name: string;
  time_date_stamp: string;
  size: string;
  file_version: string;
  product_version: string | null;
  product: string | null;
  company: string | null;
  description: string | null;
}

const maxText = 300;

/** What earlier dumps of all cases told of builds of images. */
export class VersionStore {
  constructor(private readonly database: DataSource) {}

  /** What is known of these builds; a build of which dumps told different things counts as unknown. */
  async lookUp(images: readonly ImageIdentity[]): Promise<KnownVersion[]> {
    const rows: Row[] = await this.database.query(
      `select name, time_date_stamp, size, file_version, product_version, product, company, description
       from known_version
       join unnest($1::text[], $2::bigint[], $3::bigint[]) as wanted (name, time_date_stamp, size)
       using (name, time_date_stamp, size) where not disputed`,
      columnsOf(images),
    );
    return rows.map((row) => ({
      ...{ name: row.name, timeDateStamp: `0x${BigInt(row.time_date_stamp).toString(16)}`, size: Number(row.size) },
      ...{ fileVersion: row.file_version, productVersion: row.product_version, product: row.product },
      ...{ company: row.company, description: row.description },
    }));
  }
}

/**
 * Learns from a dump, in the transaction that tells of it. What was known stays; when a dump tells another version of the
 * same build, one of them lies, and neither is believed again. The oldest are forgotten beyond `most`.
 */
export async function learnVersions(
  tx: EntityManager,
  uploadId: string,
  versions: readonly KnownVersion[],
  most: number,
): Promise<void> {
  // In one order everywhere, so that two transactions never wait for each other.
  const unique = new Map(versions.map((version) => [keyOf(version), version]));
  const sorted = [...unique].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, version]) => version);
  if (sorted.length === 0) return;
  const text = (pick: (version: KnownVersion) => string | null) =>
    sorted.map((version) => pick(version)?.slice(0, maxText) ?? null);
  await tx.query(
    `insert into known_version as known
       (name, time_date_stamp, size, file_version, product_version, product, company, description, learnt_from)
     select *, $9::uuid from unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[],
       $7::text[], $8::text[])
     on conflict (name, time_date_stamp, size) do update set disputed = true
     where not known.disputed and (known.file_version <> excluded.file_version or known.company <> excluded.company)`,
    [
      ...columnsOf(sorted),
      text(({ fileVersion }) => fileVersion),
      text(({ productVersion }) => productVersion),
      text(({ product }) => product),
      text(({ company }) => company),
      text(({ description }) => description),
      uploadId,
    ],
  );
  await tx.query(
    `delete from known_version where learnt_at <
       (select learnt_at from known_version order by learnt_at desc offset $1 limit 1)`,
    [most],
  );
}

function columnsOf(images: readonly ImageIdentity[]): [string[], string[], number[]] {
  return [
    images.map(({ name }) => name.toLowerCase()),
    images.map(({ timeDateStamp }) => BigInt(timeDateStamp).toString()),
    images.map(({ size }) => size),
  ];
}

function keyOf({ name, timeDateStamp, size }: ImageIdentity): string {
  return `${name.toLowerCase()} ${BigInt(timeDateStamp)} ${size}`;
}
