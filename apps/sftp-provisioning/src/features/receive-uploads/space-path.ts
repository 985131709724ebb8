import { parsePath } from './customer-path.js';
import { FileRefusal } from './file-refusal.js';
import type { Entry } from './open-file.js';

/** A place below /upload. */
export type Below = { folder: string; name: string };

/** Where a path leads: to the root, to /upload, below it, or to nothing that is here. */
export function placeOf(
  path: Buffer,
): { kind: 'root' } | { kind: 'upload' } | { kind: 'outside' } | ({ kind: 'below' } & Below) {
  const [top, ...rest] = parsePath(path);
  if (top === undefined) return { kind: 'root' };
  if (top !== 'upload') return { kind: 'outside' };
  const name = rest.pop();
  return name === undefined ? { kind: 'upload' } : { kind: 'below', folder: rest.join('/'), name };
}

/** The place of something that a customer may change. */
export function below(path: Buffer): Below {
  const place = placeOf(path);
  if (place.kind !== 'below')
    throw new FileRefusal('EACCES', 'only what is below /upload can be changed; upload there');
  return { folder: place.folder, name: place.name };
}

export function absent(path: Buffer): FileRefusal {
  return new FileRefusal('ENOENT', `there is no /${parsePath(path).join('/')}`);
}

export function folderEntry(name: string, changedAt: Date): Entry {
  return { name, isFolder: true, bytes: 0, changedAt };
}
