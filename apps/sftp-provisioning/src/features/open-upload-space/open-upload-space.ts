import type { EventOf } from '@caserelay/contracts';
import type { Tell } from '@caserelay/messaging';
import { v7 as newId } from 'uuid';
import { accountName, numbered } from './account-name.js';
import { issueLink, type LinkNeeds } from '../../issue-link.js';

/** What opening a space needs from around it. */
export interface Needs extends LinkNeeds {
  spaces: LinkNeeds['spaces'] & {
    findOfCase(
      caseId: string,
    ): Promise<{ spaceId: string; account: string; state: 'open' | 'closed'; readOnlyAt: Date | null } | null>;
    /** False when the space has followed a later event of its case already. */
    follow(caseId: string, sequence: number | undefined): Promise<boolean>;
    /** False when the account name or the case has a space already. */
    add(space: {
      spaceId: string;
      caseId: string;
      account: string;
      openedAt: Date;
      expiresAt: Date | null;
    }): Promise<boolean>;
    /** Opens it anew; what an operator disabled stays so. */
    open(spaceId: string, at: Date, expiresAt: Date | null): Promise<void>;
  };
  /** After so many days the account expires although its case is open; null for never. */
  spaceDays: number | null;
}

const mostNamesTried = 10_000;

/** Opens one space per case and tells where it is. Asked again, it opens a closed one and is silent about an open one. */
export async function openUploadSpace(event: EventOf<'case.upload-space-requested'>, needs: Needs): Promise<Tell[]> {
  const { file } = event.data;
  const found = await needs.spaces.findOfCase(event.subject);
  if (found) return found.state === 'open' ? [] : openAgain(found, needs);

  const spaceId = newId();
  const name = accountName(file.endCustomer, file.caseNumber);
  for (let choice = 1; choice <= mostNamesTried; choice += 1) {
    const account = numbered(name, choice);
    if (
      await needs.spaces.add({
        spaceId,
        caseId: event.subject,
        account,
        openedAt: needs.now,
        expiresAt: expiryOf(needs),
      })
    )
      return tellOpened({ spaceId, account }, needs);
    if (await needs.spaces.findOfCase(event.subject)) return [];
  }
  throw new Error(
    `the account name ${name} and ${mostNamesTried - 1} numbers after it are taken; give the customer a longer name`,
  );
}

/** Lets the account of a reopened case in again, with a new password. A case that never had a space stays without. */
export async function reopenUploadSpace(event: EventOf<'case.reopened'>, needs: Needs): Promise<Tell[]> {
  if (!(await needs.spaces.follow(event.subject, event.sequence))) return [];
  const found = await needs.spaces.findOfCase(event.subject);
  return found && (found.state === 'closed' || found.readOnlyAt) ? openAgain(found, needs) : [];
}

async function openAgain(space: { spaceId: string; account: string }, needs: Needs): Promise<Tell[]> {
  await needs.spaces.open(space.spaceId, needs.now, expiryOf(needs));
  return tellOpened(space, needs);
}

async function tellOpened(space: { spaceId: string; account: string }, needs: Needs): Promise<Tell[]> {
  return [{ type: 'upload-space.opened', data: await issueLink(space, needs) }];
}

function expiryOf({ now, spaceDays }: Needs): Date | null {
  return spaceDays === null ? null : new Date(now.getTime() + spaceDays * 86_400_000);
}
