import type { Cause } from '@caserelay/messaging';
import type { DataSource, EntityManager } from 'typeorm';
import type { FollowedUpload } from '../../features/follow-upload/follow-upload.js';

/** An upload whose turn it is to be looked at. */
export interface RecognitionRow extends FollowedUpload {
  cause: Cause;
}

interface Row {
  upload_id: string;
  name: string;
  location: string;
  cause: Cause;
  age_seconds: number;
}

interface Pauses {
  /** Until a file that grew is looked at again. */
  shortSeconds: number;
  /** The longest one, of a file that has not grown for a while. */
  longSeconds: number;
  /** After which a file that does not grow is given up. */
  idleSeconds: number;
}

/** Whoever took an upload and says nothing for so long is taken for dead. */
const leaseSeconds = 15;
const mostFaults = 10;

/** Keeps an upload to be followed; false when it was kept before. */
export async function keepRecognition(
  tx: EntityManager,
  request: Pick<RecognitionRow, 'uploadId' | 'name' | 'location' | 'cause'> & { caseId: string },
): Promise<boolean> {
  const rows: unknown[] = await tx.query(
    `insert into recognition (upload_id, case_id, name, location, cause) values ($1, $2, $3, $4, $5)
     on conflict (upload_id) do nothing returning upload_id`,
    [request.uploadId, request.caseId, request.name, request.location, JSON.stringify(request.cause)],
  );
  return rows.length > 0;
}

/** Marks an upload as told about; false when somebody was faster. To be called in the transaction that tells. */
export async function markRecognised(tx: EntityManager, uploadId: string, outcome: unknown): Promise<boolean> {
  const [rows] = await tx.query<[unknown[], number]>(
    `update recognition set state = 'told', ended_at = now(), outcome = $2, last_fault = null
     where upload_id = $1 and state = 'requested'
       and not exists (select from analysis where analysis.upload_id = recognition.upload_id and state = 'told')
     returning upload_id`,
    [uploadId, JSON.stringify(outcome)],
  );
  return rows.length > 0;
}

/** What is known of uploads that are followed while they arrive. */
export class RecognitionStore {
  constructor(
    private readonly database: DataSource,
    private readonly pauses: Pauses,
  ) {}

  /** Takes uploads whose turn it is, for a while. One that is being analysed needs nobody to follow it any more. */
  async take(limit: number): Promise<RecognitionRow[]> {
    await this.database.query(
      `update recognition set state = 'given-up', ended_at = now(), outcome = '"it was received, and is analysed"'
       where state = 'requested' and exists (select from analysis where analysis.upload_id = recognition.upload_id)`,
    );
    const [rows] = await this.database.query<[Row[], number]>(
      `update recognition set look_at = now() + make_interval(secs => $2)
       where upload_id in (
         select upload_id from recognition where state = 'requested' and look_at <= now()
         order by look_at limit $1 for update skip locked)
       returning upload_id, name, location, cause, extract(epoch from now() - requested_at)::float8 as age_seconds`,
      [limit, leaseSeconds],
    );
    return rows.map((row) => ({
      uploadId: row.upload_id,
      name: row.name,
      location: row.location,
      cause: row.cause,
      ageSeconds: row.age_seconds,
    }));
  }

  /** Says when to look again: the longer a file has not grown, the later. One that never grows again is given up. */
  async lookAgain(uploadId: string, grew: boolean): Promise<void> {
    const { shortSeconds, longSeconds, idleSeconds } = this.pauses;
    if (grew) {
      await this.database.query(
        `update recognition set grown_at = now(), faults = 0, look_at = now() + make_interval(secs => $2)
         where upload_id = $1 and state = 'requested'`,
        [uploadId, shortSeconds],
      );
      return;
    }
    await this.database.query(
      `update recognition set
         look_at = now() + least(make_interval(secs => $3), greatest(make_interval(secs => $2), (now() - grown_at) / 8)),
         state = case when now() - grown_at > make_interval(secs => $4) then 'given-up' else state end,
         ended_at = case when now() - grown_at > make_interval(secs => $4) then now() end,
         outcome = case when now() - grown_at > make_interval(secs => $4) then '"it grew no more"'::jsonb end
       where upload_id = $1 and state = 'requested'`,
      [uploadId, shortSeconds, longSeconds, idleSeconds],
    );
  }

  async giveUp(uploadId: string, why: string): Promise<void> {
    await this.database.query(
      `update recognition set state = 'given-up', ended_at = now(), outcome = $2
       where upload_id = $1 and state = 'requested'`,
      [uploadId, JSON.stringify(why)],
    );
  }

  /** Notes a fault and looks again after a pause; too many in a row are the end. */
  async noteFault(uploadId: string, fault: string): Promise<void> {
    await this.database.query(
      `update recognition set faults = faults + 1, last_fault = $2, look_at = now() + make_interval(secs => $3),
         state = case when faults + 1 >= $4 then 'given-up' else state end,
         ended_at = case when faults + 1 >= $4 then now() end
       where upload_id = $1 and state = 'requested'`,
      [uploadId, fault, Math.min(this.pauses.longSeconds, 5), mostFaults],
    );
  }
}
