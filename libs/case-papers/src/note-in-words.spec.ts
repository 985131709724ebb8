import { say } from '@caserelay/crash-dump';
import { expect, it } from '@jest/globals';
import { noteInWords } from './note-in-words.js';

const uploads = [{ name: 'MEMORY.zip' }];

it.each([
  ['nobody has answered for 2 days', '2 天内没有人答复'],
  ['not read within 4 hours: MEMORY.zip, a.dmp', '4 小时内没有读完：MEMORY.zip、a.dmp'],
  ['no playbook knows 0x1234 SOME_NAME', '处理手册中没有 0x1234 SOME_NAME'],
  ['the dump names no cause', '转储没有说明原因'],
  [`MEMORY.zip: ${say('bytes-missing', { found: 1, expected: 2 })}`, 'MEMORY.zip：应有 2 字节，实有 1 字节'],
])('says “%s” to Chinese readers', (reason, shown) => {
  expect(noteInWords(reason, uploads, 'zh-CN')).toBe(shown);
});

it('says what was told in English to others, and what is not known as it is', () => {
  expect(noteInWords('nobody has answered for 2 days', uploads, 'en')).toBe('nobody has answered for 2 days');
  expect(noteInWords('MEMORY.zip: its end is missing', uploads, 'en')).toBe('MEMORY.zip: its end is missing');
  expect(noteInWords('something else', uploads, 'zh-CN')).toBe('something else');
});
