import { expect, it } from '@jest/globals';
import { openLog } from './log.js';

function linesOf(write: (log: ReturnType<typeof openLog>) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  write(openLog('intake', 'info', { write: (line) => lines.push(line) }));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

it.each(['err', 'error'])('says what a fault was that is logged as %s', (name) => {
  const [line] = linesOf((log) => log.warn({ [name]: new RangeError('the disk is full') }, 'a file was not kept'));
  expect(line?.[name]).toMatchObject({ type: 'RangeError', message: 'the disk is full' });
});

it('blots out secrets by name', () => {
  const [line] = linesOf((log) => log.info({ password: 'abc', login: { token: 'def' } }, 'somebody came'));
  expect(JSON.stringify(line)).not.toMatch(/abc|def/);
});
