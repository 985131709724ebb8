import { parsePath, shownPath } from './customer-path.js';
import { FileRefusal } from './file-refusal.js';
import type { Entry } from './open-file.js';
import type { SentName } from './shown-name.js';

/** A place below /upload as a path says it. */
export interface Below {
  readonly folders: readonly SentName[];
  readonly name: SentName;
}

/** Where a path leads: to the root, to /upload, below it, or to nothing that is here. */
export function placeOf(
  path: Buffer,
): { kind: 'root' } | { kind: 'upload' } | { kind: 'outside' } | ({ kind: 'below' } & Below) {
  const [top, ...folders] = parsePath(path);
  if (top === undefined) return { kind: 'root' };
  if (top.bytes.toString('latin1') !== 'upload') return { kind: 'outside' };
  const name = folders.pop();
  return name === undefined ? { kind: 'upload' } : { kind: 'below', folders, name };
}

/** The place of something that a customer may change. */
export function below(path: Buffer): Below {
  const place = placeOf(path);
  if (place.kind !== 'below')
    throw new FileRefusal('EACCES', 'only what is below /upload can be changed; upload there');
  return place;
}

export function absent(path: Buffer): FileRefusal {
  return new FileRefusal('ENOENT', `there is no ${shownPath(path)}`);
}

export function folderEntry(name: Buffer, modifiedAt: Date): Entry {
  return { name, isFolder: true, bytes: 0, modifiedAt };
}
