import { evidenceConfig } from '@caserelay/evidence-store';
import { timeZone } from '@caserelay/service-host';
import { z } from 'zod';
import { readClamdAddress } from './adapters/clamd/clamd-address.js';

const port = z.coerce.number().int().min(0).max(65535);

/** The settings of upload spaces. */
export const config = {
  ...evidenceConfig,
  /** Where the SFTP server listens; port 0 takes a free one. */
  SFTP_BIND_ADDRESS: z.string().min(1).default('127.0.0.1'),
  SFTP_PORT: port.default(0),
  /** What customers are told; without a port the one that is listened on. */
  SFTP_PUBLIC_HOST: z.string().min(1).default('127.0.0.1'),
  SFTP_PUBLIC_PORT: port.min(1).optional(),
  SFTP_HOST_KEY_FILE: z.string().min(1).default('.data/sftp_host_key'),
  SFTP_MAX_CONNECTIONS: z.coerce.number().int().min(1).default(500),
  SFTP_MAX_CONNECTIONS_PER_ADDRESS: z.coerce.number().int().min(1).default(20),
  /** Who has not logged in by then is cut off. */
  SFTP_LOGIN_SECONDS: z.coerce.number().positive().max(600).default(30),
  /** After how long without a word a client is asked whether it is there; the third time in vain it is cut off. */
  SFTP_KEEPALIVE_SECONDS: z.coerce.number().positive().max(600).default(15),
  /** After so much, and after an hour, a connection gets new keys. */
  SFTP_REKEY_MEBIBYTES: z.coerce.number().positive().max(4096).default(1024),
  /** What one connection may send before it is read; more than 2 only helps over long lines. */
  SFTP_WINDOW_MEBIBYTES: z.coerce.number().int().min(2).max(64).default(16),
  /** What all such windows may be wider than 2 MiB, together. */
  SFTP_WINDOWS_MEBIBYTES: z.coerce.number().int().min(0).max(16_384).default(256),
  /** What all sessions together may hold in memory for the disk and for their clients. */
  SFTP_IN_FLIGHT_MEBIBYTES: z.coerce.number().int().min(16).max(16_384).default(128),
  /**
   * What runs the accounts: our own SFTP server, or ProFTPD or SFTPGo set up as in deploy/proftpd and deploy/sftpgo, which
   * listens at the port above.
   */
  SFTP_ENGINE: z.enum(['built-in', 'proftpd', 'sftpgo']).default('built-in'),
  /** Where that program keeps the homes of accounts, and who owns them when that is not this service. */
  SFTP_ENGINE_DIR: z.string().min(1).default('.data/engine'),
  SFTP_ENGINE_UID: z.coerce
    .number()
    .int()
    .min(1)
    .max(2 ** 31)
    .optional(),
  PROFTPD_SCOREBOARD: z.string().min(1).default('/run/proftpd/proftpd.scoreboard'),
  PROFTPD_CONTROL_SOCKET: z.string().min(1).default('/run/proftpd/proftpd.sock'),
  /** Where SFTPGo's REST API is, the key of an administrator there, and the key that its hooks show us. */
  SFTPGO_URL: z.url({ protocol: /^https?$/ }).default('http://127.0.0.1:8080'),
  SFTPGO_API_KEY: z.string().min(16).optional(),
  SFTPGO_HOOK_KEY: z.string().min(16).optional(),
  /**
   * How long nobody may go on with a closed file before it counts as it is, where its structure does not say that all of
   * it is here; and how long a rename is waited for after a file was closed under a temporary name. Real time.
   */
  UPLOAD_SETTLE_SECONDS: z.coerce.number().positive().max(86_400).default(30),
  UPLOAD_RENAME_MINUTES: z.coerce.number().positive().max(10_080).default(10),
  /**
   * Where ClamAV's clamd listens, `unix:/path` or `tcp:host:port`; without it uploads are not scanned. What it may take: no
   * more than clamd's StreamMaxLength, MaxFileSize and MaxScanSize let it look into. How many at once, and for how long one.
   */
  CLAMD_ADDRESS: z
    .string()
    .refine((text) => readClamdAddress(text) !== null, 'expected unix:/path or tcp:host:port')
    .optional(),
  CLAMD_MAX_MEBIBYTES: z.coerce.number().positive().max(4095).default(25),
  CLAMD_SCANS_AT_ONCE: z.coerce.number().int().min(1).max(64).default(2),
  CLAMD_SCAN_SECONDS: z.coerce.number().positive().max(3600).default(300),
  /** How long clamd may take to be reached, to answer a question, and to take the next bytes. */
  CLAMD_SILENT_SECONDS: z.coerce.number().positive().max(600).default(30),
  /** The first pause after clamd was not there or failed on a file; it doubles up to a quarter of an hour. */
  CLAMD_PAUSE_SECONDS: z.coerce.number().positive().max(900).default(5),
  /** Sessions that an account may have at once; an operator can set another number for one account. */
  SPACE_MAX_SESSIONS: z.coerce.number().int().min(1).max(1000).default(10),
  /** What an account may hold; an operator can set other numbers for one account. */
  SPACE_MAX_GIBIBYTES: z.coerce.number().positive().max(1_048_576).default(1024),
  SPACE_MAX_FILES: z.coerce.number().int().min(1).max(1_000_000).default(10_000),
  /** So much of the disk of the evidence store is left free by uploads. */
  EVIDENCE_RESERVE_GIBIBYTES: z.coerce.number().min(0).max(1_048_576).default(2),
  /** Days of the case clock after which an account expires although its case is open; without it never. */
  SPACE_DAYS: z.coerce.number().positive().max(3650).optional(),
  /** Failed logins that ban an address for one account, and all accounts of it; the first ban, which grows with each next one. */
  LOGIN_FAILURES_PER_ACCOUNT: z.coerce.number().int().min(2).max(1000).default(5),
  LOGIN_FAILURES_PER_ADDRESS: z.coerce.number().int().min(5).max(10_000).default(20),
  LOGIN_BAN_SECONDS: z.coerce.number().min(1).max(86_400).default(60),
  /** Operators show it at the doors below /v1; without it those stay shut. */
  SPACES_API_KEY: z.string().min(16).optional(),
  /** How long the audit log is kept, in days of the case clock, and how many entries at the most. */
  AUDIT_DAYS: z.coerce.number().positive().max(36_500).default(400),
  AUDIT_MAX_ENTRIES: z.coerce.number().int().min(1000).default(5_000_000),
  /** Base of links to the credential page; without it where this service's HTTP doors are. */
  PUBLIC_URL: z.url().optional(),
  /** Life of such a link in days of the case clock, and how often it may be opened. */
  LINK_DAYS: z.coerce.number().positive().max(3650).default(90),
  LINK_MAX_OPENINGS: z.coerce.number().int().min(1).max(1000).default(20),
  /** Zone of the times on the credential page, as in letters. */
  LETTER_ZONE: timeZone.default('Asia/Shanghai'),
  /** The largest file that a browser may upload, in GiB. */
  BROWSER_MAX_FILE_GIB: z.coerce.number().positive().max(8192).default(256),
  /** How long a browser may upload after the credentials were shown to it, in hours of the real clock. */
  BROWSER_PASS_HOURS: z.coerce.number().positive().max(8760).default(168),
  /** An upload by browser of which nothing comes for so long counts as interrupted, until it goes on. */
  BROWSER_SILENT_SECONDS: z.coerce.number().positive().max(600).default(15),
  /** How long a browser may continue an upload, in days of the real clock from its beginning. */
  BROWSER_UPLOAD_DAYS: z.coerce.number().positive().max(365).default(14),
};
