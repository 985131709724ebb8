export { findingText, headline, recognisedText } from './headline.js';
export type { Sentence } from './sentence.js';
