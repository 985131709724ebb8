import { createHash } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import type { Answer, Asked } from '../../features/ask-case/ask-case.js';

/** Which commands were carried out, within one transaction. */
export class CommandStore {
  constructor(private readonly tx: EntityManager) {}

  /** The answer that is kept for the key; `other` when another command has it; null when it is taken only now. */
  async taken({ caseId, key, command }: Asked): Promise<Answer | 'other' | null> {
    const digest = digestOf(command);
    // Whoever asks the same at the same time waits here until this transaction has ended.
    const fresh: unknown[] = await this.tx.query(
      `insert into case_command (case_id, key, digest) values ($1, $2, $3) on conflict do nothing returning key`,
      [caseId, key, digest],
    );
    if (fresh.length > 0) return null;
    const rows: { digest: string; answer: Answer }[] = await this.tx.query(
      'select digest, answer from case_command where case_id = $1 and key = $2',
      [caseId, key],
    );
    const [row] = rows;
    if (!row)
      throw new Error(`the command ${key} of case ${caseId} could neither be inserted nor found; expected one of both`);
    return row.digest === digest ? row.answer : 'other';
  }

  async keep({ caseId, key }: Asked, answer: Answer): Promise<void> {
    await this.tx.query('update case_command set answer = $3 where case_id = $1 and key = $2', [
      caseId,
      key,
      JSON.stringify(answer),
    ]);
  }
}

/** Commands were parsed before, so the same one always has its fields in the same order. */
function digestOf(command: Asked['command']): string {
  return createHash('sha256').update(JSON.stringify(command)).digest('hex');
}
