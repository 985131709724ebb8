import type { NextStep } from '@caserelay/contracts';

interface Playbook {
  /** No finding holds all memory: the machine is not set up to write it. */
  noFullDump: readonly NextStep[];
  /** All memory was to be there, but the file is cut short or damaged. */
  fullDumpDamaged: readonly NextStep[];
  /** What to do about a bugcheck, by its code. One that is missing here is for a senior engineer. */
  byBugcheck: Readonly<Record<string, readonly NextStep[]>>;
}

const corruption: readonly NextStep[] = ['update-windows', 'enable-special-pool'];

/** What a customer is asked to do. Data: change it without touching code. */
export const playbook: Playbook = {
  noFullDump: ['configure-full-dump', 'collect-full-dump', 'compress-before-upload', 'list-installed-programs'],
  fullDumpDamaged: ['collect-full-dump', 'compress-before-upload', 'list-installed-programs'],
  byBugcheck: {
    '0xa': corruption,
    '0x1a': ['check-memory', 'update-windows'],
    '0x1e': corruption,
    '0x3b': corruption,
    '0x50': corruption,
    '0x77': ['check-disk'],
    '0x7a': ['check-disk'],
    '0x7e': corruption,
    '0xd1': corruption,
    '0xf4': ['check-disk'],
    '0x124': ['check-memory'],
    '0x139': corruption,
  },
};
