import type { Tell } from '@caserelay/messaging';
import { composeLetter, type Letter } from './compose-letter.js';
import type { LetterEvent, LetterSettings } from './letter-bodies.js';

interface Needs {
  settings: LetterSettings;
  /** Keeps a letter until it is sent; a letter that is kept already stays as it is. */
  keep(letter: Letter): Promise<void>;
}

/** Writes the letter that an event asks for. It is told as sent once a mail server has taken it, not before. */
export async function writeLetters(event: LetterEvent, needs: Needs): Promise<Tell[]> {
  const letter = composeLetter(event, needs.settings);
  if (letter) await needs.keep(letter);
  return [];
}
