import { stat } from 'node:fs/promises';
import { resolve, sep } from 'node:path';

/** How long a file of the evidence store is at this moment; null when there is none, or it would lie outside. */
export async function lengthOfFile(evidenceFolder: string, location: string): Promise<number | null> {
  const folder = resolve(evidenceFolder);
  const path = resolve(folder, location);
  if (!path.startsWith(folder + sep)) return null;
  const file = await stat(path).catch(() => null);
  return file?.isFile() ? file.size : null;
}
