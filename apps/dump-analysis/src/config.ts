import { evidenceConfig } from '@caserelay/evidence-store';
import { z } from 'zod';

const count = z.coerce.number().int().positive();

/** The service's own environment variables. Times are of the real clock. */
export const config = {
  ...evidenceConfig,
  /** How often an upload is tried to be read before it is told to be unreadable. */
  ANALYSIS_ATTEMPTS: count.max(100).default(5),
  /** Pause after the first fault; it doubles with each further one, up to a minute. */
  ANALYSIS_PAUSE_SECONDS: z.coerce.number().positive().max(60).default(2),
  /** Uploads that are read side by side. */
  ANALYSIS_PARALLEL: count.max(64).default(2),
  /** How often the database is asked for uploads that nobody works on, such as after a loss of Redis. */
  ANALYSIS_LOOK_SECONDS: z.coerce.number().positive().max(600).default(3),
  /**
   * From which size on an upload counts as large, as it lies in the evidence store. Large ones take at most all but one of
   * the ANALYSIS_PARALLEL places, so that small ones are not held up; the rule needs two places or more.
   */
  ANALYSIS_LARGE_GIBIBYTES: z.coerce.number().positive().max(4096).default(1),
  /**
   * Memory of the process that reads one upload, with 7-Zip, which may use three quarters of it: with 768 MiB of the usual
   * 1024 it unpacks 7z and RAR with dictionaries up to 512 MiB (usual are 4 to 256 MiB); one of 1 GiB takes 1400 here.
   * The service itself needs about 250 MiB beside ANALYSIS_PARALLEL of them.
   */
  ANALYSIS_MEMORY_MEBIBYTES: count.min(16).max(1_048_576).default(1024),
  /** How long reading one upload may take. */
  ANALYSIS_MAX_SECONDS: z.coerce.number().positive().max(604_800).default(7200),
  /** How long the reading of an upload may stand still. */
  ANALYSIS_STALL_SECONDS: z.coerce.number().positive().max(3600).default(60),
  /** How many builds of images are remembered with their versions, over all cases. */
  KNOWN_VERSIONS_MAX: count.max(10_000_000).default(200_000),
  /** How many files of one archive are looked at. */
  ARCHIVE_MAX_MEMBERS: count.max(100_000).default(1000),
  /** How much of the beginning of a dump inside an archive is kept in memory. */
  ARCHIVE_HEAD_MEBIBYTES: z.coerce.number().positive().max(256).default(8),
  /** How much of one archive is unpacked in all. */
  ARCHIVE_MAX_GIBIBYTES: z.coerce.number().positive().max(4096).default(256),
  /** How many times as much may come out as the archive has. */
  ARCHIVE_MAX_RATIO: count.max(1_000_000).default(2000),
  /** How many archives may lie inside each other. */
  ARCHIVE_MAX_DEPTH: count.max(16).default(4),
  /** How much of one member may lie on the temporary disk, where no place of an archive can be come back to (7z, RAR). */
  ARCHIVE_MAX_SPILL_GIBIBYTES: z.coerce.number().positive().max(4096).default(64),
  /** How often growing uploads are looked at, of which it is not known yet what they are. */
  RECOGNITION_LOOK_SECONDS: z.coerce.number().positive().max(60).default(0.25),
  /** The longest pause between two looks at one that does not grow. */
  RECOGNITION_PAUSE_SECONDS: z.coerce.number().positive().max(3600).default(15),
  /** After how long one that does not grow is looked at no more. */
  RECOGNITION_IDLE_HOURS: z.coerce.number().positive().max(8760).default(336),
  /** How much of an upload is read in the hope of a dump; what lies farther behind is left to the analysis. */
  RECOGNITION_MAX_GIBIBYTES: z.coerce.number().positive().max(1024).default(4),
  /** Growing uploads that are read side by side. */
  RECOGNITION_PARALLEL: count.max(64).default(4),
  /** Opens the list of what was purged; it stays shut without it. */
  CASES_API_KEY: z.string().min(16).optional(),
};
