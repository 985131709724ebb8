import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { repository } from './repository.js';

const folder = process.env['CASERELAY_TEST_DATA'] ?? resolve(repository, '..', 'shared');

/** Where a file of the test data lies, such as `dumps/facts.json`; null when this machine does not have it. */
export function testData(relativePath: string): string | null {
  const path = join(folder, relativePath);
  return existsSync(path) ? path : null;
}
