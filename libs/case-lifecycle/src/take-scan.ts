import type { EventOf } from '@caserelay/contracts';
import type { Turn } from './turn.js';

/**
 * What a malware scanner said of an upload is noted. Of malware the owner learns, or who is on duty, and the customer. It is
 * read as ever: a dump is data, and what infected the computer may be what made it crash.
 */
export function takeScan(turn: Turn, scan: EventOf<'upload.scanned'>['data']): void {
  const { uploadId, name, bytes, sha256, outcome, signature, reason, scanner, scannedAt } = scan;
  turn.say({ type: 'scan.kept', data: { uploadId, outcome, signature, reason } });
  if (outcome !== 'infected' || signature === null) return;
  const { file } = turn.known;
  const data = { file, uploadId, name, bytes, sha256, signature, scanner, scannedAt };
  const colleague = file.owner ?? turn.policy.duty;
  turn.say({ type: 'case.upload-quarantined', data: { ...data, to: colleague, audience: 'colleague' } });
  if (file.contact)
    turn.say({ type: 'case.upload-quarantined', data: { ...data, to: file.contact, audience: 'customer' } });
}

export function takeRelease(turn: Turn, { uploadId }: EventOf<'upload.released'>['data']): void {
  turn.say({ type: 'release.kept', data: { uploadId } });
}
