export {
  asHtml,
  asText,
  facts,
  heading,
  paragraph,
  points,
  quote,
  steps,
  table,
  type Block,
  type Fact,
  type LayoutHabits,
} from './blocks.js';
export { closingSummary, summaryBlocks, type Ending } from './closing-summary.js';
export { byteOrderMark, csvLine } from './csv.js';
export { escalationPackage, type PackageGrounds } from './escalation-package.js';
export {
  completenessOf,
  crashTime,
  culpritOf,
  exceptionOf,
  findingInOneLine,
  parametersOf,
  placeInWords,
  plain,
  reasonsOf,
  stopCode,
  systemOf,
} from './finding-in-words.js';
export { findingWords } from './finding-words.data.js';
export { heavyFields, linesOf, toldTypes, type HistoryLine } from './history-line.js';
export { noteInWords } from './note-in-words.js';
export { packagePage } from './package-page.js';
export { packageStyle } from './package-style.data.js';
export { bytesInWords, spanOf, timeIn } from './time-in-words.js';
