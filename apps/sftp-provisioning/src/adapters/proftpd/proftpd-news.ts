import type { Change } from '../../features/follow-engine/change.js';

/** A row that ProFTPD's SQLLog wrote; see deploy/proftpd/proftpd.conf. */
interface LoggedCommand {
  readonly newsId: string;
  readonly command: string;
  readonly path: Buffer;
  readonly fromPath: Buffer;
  readonly status: string;
}

/** What a customer did, by the command that ProFTPD logged; null for what does not matter to us. */
export function changeOf({ command, path, fromPath, status }: LoggedCommand): Change | null {
  if (!isBelowUpload(path)) return null;
  switch (command) {
    case 'OPEN':
      return { kind: 'opened', path };
    case 'STOR':
    case 'APPE':
      return { kind: status === 'success' ? 'closed' : 'broken', path };
    case 'DELE':
      return { kind: 'removed', path };
    case 'RNTO':
      return isBelowUpload(fromPath) ? { kind: 'renamed', from: fromPath, path } : { kind: 'closed', path };
    default:
      return null;
  }
}

function isBelowUpload(path: Buffer): boolean {
  return path.subarray(0, 8).toString() === '/upload/' && path.length > 8;
}
