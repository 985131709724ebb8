import { z } from 'zod';
import type { Change } from '../../features/follow-engine/change.js';

/** What SFTPGo tells a hook, as far as it matters to us. Its timestamps are nanoseconds, which no number here holds exactly. */
const Hook = z.object({
  action: z.string().max(64),
  username: z.string().max(256),
  virtual_path: aPath(),
  virtual_target_path: aPath().optional(),
  status: z.number().int(),
});

/** As it is kept until it is taken. */
export interface ToldCommand {
  readonly account: string;
  readonly command: 'upload' | 'rename' | 'delete' | 'begin';
  readonly path: string;
  readonly fromPath: string;
  readonly status: string;
}

/** What a hook says; null for what does not matter to us; or what is wrong with it. */
export function readHook(body: unknown): { told: ToldCommand | null } | { fault: string } {
  const read = Hook.safeParse(body);
  if (!read.success) {
    const faults = read.error.issues.slice(0, 5).map(({ path, message }) => `${path.join('.')}: ${message}`);
    return { fault: `expected an event of SFTPGo: ${faults.join('; ')}` };
  }
  const { action, username: account, virtual_path: path, virtual_target_path: target, status } = read.data;
  const common = { account, status: String(status) };
  switch (action) {
    case 'upload':
      return { told: isBelowUpload(path) ? { ...common, command: 'upload', path, fromPath: '-' } : null };
    case 'delete':
      return {
        told: status === 1 && isBelowUpload(path) ? { ...common, command: 'delete', path, fromPath: '-' } : null,
      };
    case 'rename':
      if (target === undefined) return { fault: 'expected virtual_target_path with a rename' };
      return {
        told:
          status === 1 && isBelowUpload(target) ? { ...common, command: 'rename', path: target, fromPath: path } : null,
      };
    default:
      return { told: null };
  }
}

/**
 * Hooks come late, twice and in any order: whether a file went away is believed only when it is not there, for one that
 * came anew under its name must stay.
 */
export async function changeOf(
  told: { command: string; path: Buffer; fromPath: Buffer; status: string },
  liesThere: (path: Buffer) => Promise<boolean>,
): Promise<Change | null> {
  const { path, fromPath: from } = told;
  if (!isBelowUpload(path.toString('latin1'))) return null;
  switch (told.command) {
    case 'begin':
      return { kind: 'opened', path };
    case 'upload':
      return { kind: told.status === '1' ? 'closed' : 'broken', path };
    case 'delete':
      return (await liesThere(path)) ? null : { kind: 'removed', path };
    case 'rename':
      if (!isBelowUpload(from.toString('latin1')) || (await liesThere(from))) return { kind: 'closed', path };
      return { kind: 'renamed', from, path };
    default:
      return null;
  }
}

function isBelowUpload(path: string): boolean {
  return path.startsWith('/upload/') && path.length > 8;
}

function aPath() {
  return z
    .string()
    .max(4096)
    .refine((text) => text.startsWith('/') && !text.includes('\0'), 'expected an absolute path without NUL')
    .refine((text) => !text.split('/').includes('..'), 'expected a path without ".."');
}
