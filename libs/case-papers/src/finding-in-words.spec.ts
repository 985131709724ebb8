import { expect, it } from '@jest/globals';
import { plain } from './finding-in-words.js';

it('zero stays zero without its leading zeros', () => {
  expect([plain('0x0'), plain('0x0000'), plain('0x00A')]).toEqual(['0x0', '0x0', '0xa']);
});
