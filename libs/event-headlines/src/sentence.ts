/** A sentence in both languages of people. */
export interface Sentence {
  zh: string;
  en: string;
}
