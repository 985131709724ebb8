import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65535);

/** The settings of upload spaces. */
export const config = {
  /** Where the SFTP server listens; port 0 takes a free one. */
  SFTP_BIND_ADDRESS: z.string().min(1).default('127.0.0.1'),
  SFTP_PORT: port.default(0),
  /** What customers are told; without a port the one that is listened on. */
  SFTP_PUBLIC_HOST: z.string().min(1).default('127.0.0.1'),
  SFTP_PUBLIC_PORT: port.min(1).optional(),
  SFTP_HOST_KEY_FILE: z.string().min(1).default('.data/sftp_host_key'),
  SFTP_MAX_CONNECTIONS: z.coerce.number().int().min(1).default(500),
  SFTP_MAX_CONNECTIONS_PER_ADDRESS: z.coerce.number().int().min(1).default(20),
  /** Base of links to the credential page; without it where this service's HTTP doors are. */
  PUBLIC_URL: z.url().optional(),
  /** Life of such a link in days of the case clock, and how often it may be opened. */
  LINK_DAYS: z.coerce.number().positive().max(3650).default(90),
  LINK_MAX_OPENINGS: z.coerce.number().int().min(1).max(1000).default(20),
};
