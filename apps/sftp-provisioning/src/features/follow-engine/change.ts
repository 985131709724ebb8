/** What a customer did with a file at an engine. Paths begin with `/upload/`. */
export type Change =
  | {
      readonly kind:
        | 'opened'
        /** Written to its end, as far as the client says. */
        | 'closed'
        /** The connection was lost while it was written. */
        | 'broken'
        | 'removed';
      readonly path: Buffer;
    }
  | { readonly kind: 'renamed'; readonly from: Buffer; readonly path: Buffer };

/** Where a file lies at the end of all that was told, if it was renamed since. */
export function whereNow(path: Buffer, later: readonly Change[]): Buffer {
  let now = path;
  for (const change of later) if (change.kind === 'renamed' && change.from.equals(now)) now = change.path;
  return now;
}
