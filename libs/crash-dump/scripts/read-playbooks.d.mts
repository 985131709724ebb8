import type { Playbooks } from '../src/playbook.js';

export function readPlaybooks(folder: string, sentenceIds?: readonly string[] | null): Playbooks;
export function parsePlaybooks(
  files: readonly { name: string; text: string }[],
  sentenceIds?: readonly string[] | null,
): Playbooks;
