import type { EventOf, UploadSpace } from '@caserelay/contracts';
import type { Tell } from '@caserelay/messaging';
import { createHash, randomBytes } from 'node:crypto';
import { v7 as newId } from 'uuid';
import { accountName, numbered } from './account-name.js';
import { newPassword } from './password.js';

/** What opening a space needs from around it. */
export interface Needs {
  spaces: {
    findOfCase(caseId: string): Promise<{ spaceId: string; account: string; state: 'open' | 'closed' } | null>;
    /** False when the account name or the case has a space already. */
    add(space: {
      spaceId: string;
      caseId: string;
      account: string;
      sealedPassword: string;
      openedAt: Date;
    }): Promise<boolean>;
    open(spaceId: string, at: Date): Promise<void>;
    addLink(link: { tokenHash: Buffer; spaceId: string; expiresAt: Date; maxOpenings: number }): Promise<void>;
  };
  seal(password: string, spaceId: string): string;
  server: { host: string; port: number; hostKeyFingerprint: string };
  /** Base of links to the credential page, without a slash at the end. */
  publicUrl: string;
  link: { days: number; maxOpenings: number };
  now: Date;
}

const dayMilliseconds = 86_400_000;
const mostNamesTried = 10_000;

/** Opens one space per case and tells where it is. Asked again, it opens a closed one and is silent about an open one. */
export async function openUploadSpace(event: EventOf<'case.upload-space-requested'>, needs: Needs): Promise<Tell[]> {
  const { file } = event.data;
  const found = await needs.spaces.findOfCase(event.subject);
  if (found) return found.state === 'open' ? [] : openAgain(found, needs);

  const spaceId = newId();
  const sealedPassword = needs.seal(newPassword(), spaceId);
  const name = accountName(file.endCustomer, file.caseNumber);
  for (let choice = 1; choice <= mostNamesTried; choice += 1) {
    const account = numbered(name, choice);
    if (await needs.spaces.add({ spaceId, caseId: event.subject, account, sealedPassword, openedAt: needs.now }))
      return [await tellOpened({ spaceId, account }, needs)];
    if (await needs.spaces.findOfCase(event.subject)) return [];
  }
  throw new Error(
    `the account name ${name} and ${mostNamesTried - 1} numbers after it are taken; give the customer a longer name`,
  );
}

/** Lets the account of a reopened case in again. A case that never had a space stays without. */
export async function reopenUploadSpace(event: EventOf<'case.reopened'>, needs: Needs): Promise<Tell[]> {
  const found = await needs.spaces.findOfCase(event.subject);
  return found?.state === 'closed' ? openAgain(found, needs) : [];
}

async function openAgain(space: { spaceId: string; account: string }, needs: Needs): Promise<Tell[]> {
  await needs.spaces.open(space.spaceId, needs.now);
  return [await tellOpened(space, needs)];
}

async function tellOpened({ spaceId, account }: { spaceId: string; account: string }, needs: Needs): Promise<Tell> {
  const token = randomBytes(32).toString('base64url');
  const expiresAt = new Date(needs.now.getTime() + needs.link.days * dayMilliseconds);
  await needs.spaces.addLink({
    tokenHash: createHash('sha256').update(token).digest(),
    spaceId,
    expiresAt,
    maxOpenings: needs.link.maxOpenings,
  });
  const space: UploadSpace = {
    spaceId,
    account,
    ...needs.server,
    folder: '/upload',
    link: `${needs.publicUrl}/spaces/${token}`,
    linkExpiresAt: expiresAt.toISOString(),
  };
  return { type: 'upload-space.opened', data: space };
}
