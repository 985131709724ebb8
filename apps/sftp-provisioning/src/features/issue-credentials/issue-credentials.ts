import type { UploadSpace } from '@caserelay/contracts';
import type { Tell } from '@caserelay/messaging';
import { v7 as newId } from 'uuid';
import { issueLink, type LinkNeeds } from '../../issue-link.js';

interface Space {
  readonly spaceId: string;
  readonly caseId: string;
  readonly account: string;
  readonly state: 'open' | 'closed';
}

/** A public key read from the line that somebody gave. */
export interface ReadKey {
  readonly algorithm: string;
  readonly blob: Buffer;
  readonly fingerprint: string;
  readonly comment: string;
}

/** What issuing credentials needs from around it, bound to one transaction. */
export interface Needs extends LinkNeeds {
  revokeLink(spaceId: string, linkId: string): Promise<boolean>;
  keys: {
    add(
      spaceId: string,
      key: ReadKey & { keyId: string; addedBy: 'operator' | 'customer'; addedAt: Date },
      most: number,
    ): Promise<'added' | 'known' | 'too-many'>;
    remove(spaceId: string, keyId: string): Promise<string | null>;
  };
  readKey(line: string): ReadKey | { fault: string };
}

/** So many keys has an account at the most. */
export const mostKeys = 20;

/** A new password and link. The old ones are good for nothing from then on; the customer hears of it when `tell` says so. */
export async function renewLink(
  space: Space,
  tell: boolean,
  needs: Needs,
): Promise<{ made: UploadSpace; tells: Tell[] }> {
  const made = await issueLink(space, needs);
  return { made, tells: tell ? [{ type: 'upload-space.opened', caseId: space.caseId, data: made }] : [] };
}

/** Lets the holder of a key in. */
export async function addKey(
  space: Space,
  line: string,
  addedBy: 'operator' | 'customer',
  needs: Needs,
): Promise<
  | { kind: 'added' | 'known'; keyId: string | null; fingerprint: string; algorithm: string; comment: string }
  | { kind: 'unreadable'; fault: string }
  | { kind: 'too-many' }
> {
  const key = needs.readKey(line);
  if ('fault' in key) return { kind: 'unreadable', fault: key.fault };
  const keyId = newId();
  const outcome = await needs.keys.add(space.spaceId, { ...key, keyId, addedBy, addedAt: needs.now }, mostKeys);
  if (outcome === 'too-many') return { kind: 'too-many' };
  const { fingerprint, algorithm, comment } = key;
  return { kind: outcome, keyId: outcome === 'added' ? keyId : null, fingerprint, algorithm, comment };
}
