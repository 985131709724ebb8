import { describe, expect, it } from '@jest/globals';
import { explainException } from './explain-exception.js';

const exception = (code: string, parameters: string[]) => ({ code, name: null, address: '0x4015fd', parameters });

describe('the parameters of an exception', () => {
  it.each([
    [['0x0', '0x10'], 'reading from 0x10', '读取地址 0x10'],
    [['0x1', '0xffffffff0'], 'writing to 0xffffffff0', '写入地址 0xffffffff0'],
    [['0x8', '0x20'], 'executing code at 0x20', '执行地址处的代码 0x20'],
  ])('%j of an access violation tell which access failed, and where', (parameters, en, zh) => {
    expect(explainException(exception('0xc0000005', parameters))).toBe(en);
    expect(explainException(exception('0xc0000005', parameters), 'zh-CN')).toBe(zh);
  });

  it('do not tell a place that the processor did not tell', () => {
    for (const address of ['0xffffffffffffffff', '0xffffffff']) {
      const told = exception('0xc0000005', ['0x1', address]);
      expect(explainException(told)).toMatch(/^writing to 0xf+, which stands for an address .* did not tell/);
      expect(explainException(told, 'zh-CN')).toContain('未给出地址');
    }
  });

  it('of a fast fail tell what it found', () => {
    const failed = exception('0xc0000409', ['0x7']);
    expect(explainException(failed)).toBe('FATAL_APP_EXIT: the program asked for its own end');
    expect(explainException(failed, 'zh-CN')).toMatch(/[\u4e00-\u9fff]/);
  });

  it.each([
    ['another exception', exception('0x80000003', ['0x0', '0x10'])],
    ['an access that nobody defined', exception('0xc0000005', ['0x7', '0x10'])],
    ['an access without a place', exception('0xc0000005', ['0x0'])],
    ['no parameters', exception('0xc0000005', [])],
    ['no exception', null],
  ])('of %s say nothing', (_, one) => {
    expect(explainException(one)).toBeNull();
  });
});
