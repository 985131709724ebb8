import { evidenceConfig } from '@caserelay/evidence-store';
import { z } from 'zod';

/** The console's own environment variables. */
export const config = {
  ...evidenceConfig,
  CONSOLE_USER: z.string().min(1).max(100).default('engineer'),
  /** Needed: the console shows what customers wrote and can replay messages. */
  CONSOLE_PASSWORD: z.string().min(8).max(200),
};
