import type { ByteSource } from '@caserelay/crash-dump';
import type { Tell } from '@caserelay/messaging';
import { UploadFollower } from './upload-follower.js';

/** An upload that still arrives, and for how long somebody has waited to learn what it is. */
export interface FollowedUpload {
  uploadId: string;
  name: string;
  location: string;
  ageSeconds: number;
}

export interface Needs<Upload extends FollowedUpload> {
  /** Opens the file as far as it is there; null when there is none. Says why when it must not be opened. */
  open(location: string): Promise<{ source: ByteSource; close(): Promise<void> } | { refused: string } | null>;
  /** Followers of earlier looks; losing one only means to read from the beginning again. */
  followers: {
    get(uploadId: string): UploadFollower | undefined;
    set(uploadId: string, follower: UploadFollower): void;
    delete(uploadId: string): void;
  };
  /** Tells what the upload is, unless somebody told it before. */
  tell(upload: Upload, outcome: Tell): Promise<void>;
  giveUp(upload: Upload, why: string): Promise<void>;
  /** Lets somebody look again: soon when the file grew, later when it did not. */
  lookAgain(upload: Upload, grew: boolean): Promise<void>;
  /** How much is read at one look, so that others have their turn. */
  portionBytes: number;
  /** How much is read of one upload before nobody believes that a dump will come. */
  mostBytes: number;
}

/** The file is made before anybody hears of it; one that is missing for long was taken away. */
const patienceSeconds = 60;

/** Looks once at what has come of an upload, and tells what dump it is as soon as that is known. */
export async function followUpload<Upload extends FollowedUpload>(upload: Upload, needs: Needs<Upload>): Promise<void> {
  const { uploadId, location, ageSeconds } = upload;
  const opened = await needs.open(location);
  if (opened === null) {
    needs.followers.delete(uploadId);
    if (ageSeconds < patienceSeconds) return await needs.lookAgain(upload, false);
    return await needs.giveUp(upload, 'its file is gone');
  }
  if ('refused' in opened) return await needs.giveUp(upload, opened.refused);
  try {
    await look(upload, opened.source, needs);
  } finally {
    await opened.close();
  }
}

async function look<Upload extends FollowedUpload>(
  upload: Upload,
  source: ByteSource,
  needs: Needs<Upload>,
): Promise<void> {
  const { uploadId, name } = upload;
  const begunAnew = (): Promise<void> => {
    needs.followers.delete(uploadId);
    return needs.lookAgain(upload, true);
  };
  const follower = needs.followers.get(uploadId) ?? new UploadFollower();
  needs.followers.set(uploadId, follower);
  const before = follower.bytes;
  if (source.size < before) return await begunAnew();
  const seen = await follower.readOn(source, needs.portionBytes);
  if (seen.found === 'nothing-yet') {
    if (follower.bytes < needs.mostBytes) return await needs.lookAgain(upload, follower.bytes > before);
    needs.followers.delete(uploadId);
    return await needs.giveUp(upload, `its first ${follower.bytes} bytes do not begin a dump`);
  }
  if (!(await follower.stillHolds(source))) return await begunAnew();
  needs.followers.delete(uploadId);
  if (seen.found === 'no-dump') return await needs.giveUp(upload, seen.why);
  const { format, kind, bugcheck, exception, machine, osBuild, osName, crashedAt, uptimeSeconds, expectedBytes } =
    seen.facts;
  await needs.tell(upload, {
    type: 'upload.recognised',
    data: {
      ...{ uploadId, name, member: seen.member, format, kind, bugcheck, exception, machine, osBuild, osName },
      ...{ crashedAt, uptimeSeconds, expectedBytes, arrivedBytes: source.size },
    },
  });
}
