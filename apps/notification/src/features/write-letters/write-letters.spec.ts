import { describe, expect, test } from '@jest/globals';
import { hears } from '@caserelay/contracts';
import type { Letter } from './compose-letter.js';
import { file, given, letterEventTypes, settings } from './given-letter-event.js';
import { writeLetters } from './write-letters.js';

async function kept(event: Parameters<typeof writeLetters>[0]): Promise<{ letters: Letter[]; told: unknown[] }> {
  const letters: Letter[] = [];
  const told = await writeLetters(event, { settings, keep: async (letter) => void letters.push(letter) });
  return { letters, told };
}

describe('writing letters', () => {
  test('a letter is kept, and nothing is told before it is sent', async () => {
    const { letters, told } = await kept(given('case.archived', 'zh-CN'));
    expect(letters).toHaveLength(1);
    expect(told).toEqual([]);
  });

  test('without a contact nothing is kept, and that is no error', async () => {
    const { letters } = await kept(given('case.archived', 'zh-CN', { file: file('zh-CN', { contact: null }) }));
    expect(letters).toEqual([]);
  });

  test('every event that the service hears can lead to a letter', () => {
    expect(hears.notification).not.toBe('*');
    // The notice of a disabled webhook is of no case and has a spec of its own.
    expect(new Set<string>([...letterEventTypes, 'webhook.disabled'])).toEqual(new Set<string>(hears.notification));
  });
});
