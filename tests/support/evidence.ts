import { evidenceConfig, openEvidenceStore, streamOf, type EvidenceStore } from '@caserelay/evidence-store';
import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { join } from 'node:path';
import { z } from 'zod';

/** A master key for one run. */
export function aMasterKey(): string {
  return randomBytes(32).toString('hex');
}

/** The evidence store of services that were started with these settings. */
export function evidenceStoreOf(environment: Record<string, string>): EvidenceStore {
  return openEvidenceStore(z.object(evidenceConfig).parse(environment));
}

/** What lies in the evidence store of such services, as it was before it was encrypted. */
export async function evidenceAt(environment: Record<string, string>, location: string): Promise<Buffer> {
  return await buffer(streamOf(await evidenceStoreOf(environment).openForReading(location)));
}

/** Puts a file into that store, as the upload service does. */
export async function putEvidence(
  environment: Record<string, string>,
  location: string,
  content: Uint8Array,
): Promise<void> {
  const file = await evidenceStoreOf(environment).create(location);
  await file.write([Buffer.from(content)], 0);
  await file.sync();
  await file.close();
}

/** Where the encrypted file lies on the disk. */
export function encryptedPathOf(environment: Record<string, string>, location: string): string {
  return join(environment['EVIDENCE_DIR'] ?? '', `${location}.encrypted`);
}
