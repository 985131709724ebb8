/** A row that ProFTPD's SQLLog wrote; see deploy/proftpd/proftpd.conf. */
export interface LoggedCommand {
  readonly newsId: string;
  readonly command: string;
  readonly path: Buffer;
  readonly fromPath: Buffer;
  readonly status: string;
}

type Change =
  | { readonly kind: 'opened' | 'closed' | 'broken' | 'removed'; readonly path: Buffer }
  | { readonly kind: 'renamed'; readonly from: Buffer; readonly path: Buffer };

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
