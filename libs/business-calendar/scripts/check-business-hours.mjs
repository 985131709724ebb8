// Checks a file of business-hours vectors against this library: node check-business-hours.mjs FILE
import { readFile } from 'node:fs/promises';
import { checkVectors } from '../dist/check-vectors.js';

const [path, ...more] = process.argv.slice(2);
if (path === undefined || more.length > 0) {
  console.error('usage: npm run oracle:business-hours -- FILE');
  process.exit(2);
}
const file = JSON.parse(await readFile(path, 'utf8'));
if (!Array.isArray(file?.vectors) || typeof file.schedules !== 'object' || file.schedules === null) {
  console.error(`${path} has no "vectors" or no "schedules"; expected { generated_by, schedules, vectors }`);
  process.exit(2);
}
const { matched, of, mismatches } = checkVectors(file);
for (const mismatch of mismatches) console.log(mismatch);
console.log(`${matched} of ${of}`);
process.exitCode = matched === of ? 0 : 1;
