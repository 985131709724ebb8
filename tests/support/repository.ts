import { resolve } from 'node:path';

/** The top folder of the repository, whether this runs from tests/support or from its build in tests/dist/support. */
export const repository = resolve(
  import.meta.dirname,
  import.meta.dirname.includes('/tests/dist/') ? '../../..' : '../..',
);
