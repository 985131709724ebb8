import { mostPurgedFiles, type EventOf, type PurgedFile } from '@caserelay/contracts';
import type { Tell } from '@caserelay/messaging';

/** Something that lies in the evidence store for the mails of a case. */
export interface Removable {
  readonly location: string;
  /** A mail of another case has it too. */
  readonly isShared: boolean;
}

export type RemovedFile = PurgedFile;

/** What removing the mails of a case needs from around it, within the event being heard. */
export interface Needs {
  /** False when the case has followed a later event, which came first, or is not known. */
  follow(caseId: string, sequence: number | undefined): Promise<boolean>;
  noteLegalHold(caseId: string, sequence: number | undefined): Promise<void>;
  /** Whether the case got a legal hold after this event of it. */
  isHeld(caseId: string, sequence: number | undefined): Promise<boolean>;
  /** Whether there are mails of which nobody has noted yet which files are theirs. */
  hasOldMails(): Promise<boolean>;
  /** Each place once; nobody else removes or gets one of them until the event is heard. */
  listOfCase(caseId: string): Promise<Removable[]>;
  isThere(location: string): Promise<boolean>;
  /** Removes a file for good; one that is gone already is no fault. */
  removeFile(location: string): Promise<void>;
  /** Leaves a file to the other cases that have it. */
  release(caseId: string, location: string, at: Date): Promise<void>;
  markPurged(caseId: string, location: string, requestedAt: string, at: Date): Promise<void>;
  /** What is gone at this request, oldest first. */
  removedFor(caseId: string, requestedAt: string): Promise<RemovedFile[]>;
  now(): Date;
}

/**
 * Removes raw mails and attachments of a case and proves it. What a mail of another case has too stays for that one. Of a
 * case that was opened again meanwhile, or got a legal hold, everything stays, but for what an earlier attempt has removed: that is told.
 */
export async function purgeMails(event: EventOf<'case.evidence-purge-requested'>, needs: Needs): Promise<Tell[]> {
  const { subject: caseId, sequence } = event;
  const { requestedAt } = event.data;
  if (await needs.hasOldMails())
    throw new Error('files of mails from before are still being noted; removing is tried again');
  const isFollowed = await needs.follow(caseId, sequence);
  const isHeld = await needs.isHeld(caseId, sequence);
  const isWanted = isFollowed && !isHeld;
  let kept = 0;
  let isShared = false;
  for (const file of await needs.listOfCase(caseId)) {
    const stays = file.isShared || !isWanted;
    if (stays && (await needs.isThere(file.location))) {
      kept += 1;
      if (isWanted) {
        isShared = true;
        await needs.release(caseId, file.location, needs.now());
      }
      continue;
    }
    if (!stays) await needs.removeFile(file.location);
    await needs.markPurged(caseId, file.location, requestedAt, needs.now());
  }
  const removed = await needs.removedFor(caseId, requestedAt);
  return [
    {
      type: 'mails.purged',
      data: {
        requestedAt,
        files: removed.slice(0, mostPurgedFiles),
        filesInAll: removed.length,
        bytesInAll: removed.reduce((sum, { bytes }) => sum + bytes, 0),
        kept,
        keptBecause: kept === 0 ? null : isShared ? 'in-other-cases' : isHeld ? 'legal-hold' : 'reopened',
      },
    },
  ];
}
