import { describe, expect, it } from '@jest/globals';
import { explainBugcheck } from './bugcheck.js';
import { bugcheckNames } from './bugcheck-names.data.js';
import { bugcheckParameters } from './bugcheck-parameters.data.js';
import { fastFailCodes } from './fast-fail-codes.data.js';
import { signatureOf } from './signature-of.js';
import { cmgeEditions } from './cmge-editions.data.js';
import { editionsOf, kernelProductName, productName } from './windows-builds.js';

const meanings = (code: number, ...parameters: bigint[]): (string | null)[] =>
  explainBugcheck(code, parameters).parameters.map(({ meaning }) => meaning);

describe('a bugcheck', () => {
  it('has the name that Microsoft lists', () => {
    expect(bugcheckNames.size).toBe(425);
    expect(explainBugcheck(0xa, []).name).toBe('IRQL_NOT_LESS_OR_EQUAL');
    expect(explainBugcheck(0x1000007e, []).name).toBe('SYSTEM_THREAD_EXCEPTION_NOT_HANDLED_M');
    expect(explainBugcheck(0x1000000a, []).name).toBe('IRQL_NOT_LESS_OR_EQUAL_M');
    expect(explainBugcheck(0xabcdef, [])).toEqual({ code: '0xabcdef', name: 'an unlisted bugcheck', parameters: [] });
  });

  it.each([
    [0x139, [3n, 1n, 2n, 0n], /LIST_ENTRY corrupted/],
    [0x139, [99n, 1n, 2n, 0n], /not a listed value/],
    [0x1e, [0xffffffffc0000005n, 1n, 0n, 0n], /0xc0000005 STATUS_ACCESS_VIOLATION/],
    [0x1000007e, [0xffffffff80000003n, 1n, 0n, 0n], /STATUS_BREAKPOINT/],
    [0x9f, [3n, 1n, 2n, 4n], /power request \(IRP\) for too long/],
    [0x133, [1n, 0x1e00n, 0n, 0n], /too long at DISPATCH_LEVEL/],
    [0x124, [0n, 1n, 0n, 0n], /machine check/],
    [0x1a, [0x41792n, 1n, 0n, 0n], /corrupted page table entry/],
  ] as const)('%p explains its first parameter', (code, parameters, meaning) => {
    expect(meanings(code, ...parameters)[0]).toMatch(meaning);
  });

  it('tells reading from writing and running', () => {
    expect(meanings(0xa, 0n, 2n, 0n, 0n)[2]).toBe('what was tried: read');
    expect(meanings(0xa, 0n, 2n, 1n, 0n)[2]).toBe('what was tried: write');
    expect(meanings(0xa, 0n, 2n, 8n, 0n)[2]).toBe('what was tried: run code there');
    expect(meanings(0xd1, 0n, 2n, 1n, 0n)[2]).toBe('what was tried: write');
    expect(meanings(0x50, 0n, 2n, 0n, 2n)[1]).toBe('what was tried: write');
  });

  it.each([
    [0x19, [0x21n, 1n, 64n, 0n], 0, /wrote past its end/],
    [0x19, [0x21n, 1n, 64n, 0n], 2, /bytes that were allocated/],
    [0x4e, [0x99n, 1n, 0n, 0n], 0, /page table entry/],
    [0x7f, [8n, 1n, 0n, 0n], 0, /double fault/],
    [0x7a, [1n, 0xffffffffc000009cn, 0n, 0n], 1, /STATUS_DEVICE_DATA_ERROR/],
    [0xc2, [7n, 0n, 0n, 1n], 0, /freed before/],
    [0xc2, [0xan, 1n, 0x46747346n, 0x20206f49n], 2, /tag with which it was allocated: "FstF"/],
    [0xc4, [0x62n, 1n, 0n, 9n], 3, /not freed/],
    [0xef, [1n, 0n, 0n, 0n], 1, /a process/],
    [0x101, [24n, 0n, 1n, 3n], 3, /number of the processor/],
    [0x109, [0n, 0n, 0n, 1n], 3, /a function of the kernel/],
    [0x116, [1n, 2n, 0xffffffffc000009an, 4n], 2, /STATUS_INSUFFICIENT_RESOURCES/],
    [0x10d, [4n, 0n, 1n, 0n], 2, /address of the caller/],
    [0x119, [2n, 0n, 0n, 0n], 0, /submit a command/],
    [0x13a, [0xbn, 1n, 2n, 0n], 0, /use after free/],
    [0x1ca, [1n, 2n, 3n, 0n], 0, /last reset/],
    [0xd1, [0n, 2n, 0n, 0n], 1, /2, DISPATCH_LEVEL/],
  ] as const)('%p explains its parameters by what the first of them says', (code, parameters, index, meaning) => {
    expect(meanings(code, ...parameters)[index]).toMatch(meaning);
  });

  it('explains in Chinese as well', () => {
    const zh = (code: number, ...parameters: bigint[]): (string | null)[] =>
      explainBugcheck(code, parameters, 'zh-CN').parameters.map(({ meaning }) => meaning);
    expect(zh(0x139, 3n, 1n, 2n, 0n)[0]).toMatch(/^检测到的损坏：3，LIST_ENTRY：链表项已损坏/);
    expect(zh(0x1e, 0xffffffffc0000005n, 1n, 0n, 0n)[0]).toBe('未被处理的异常：0xc0000005 STATUS_ACCESS_VIOLATION');
    expect(zh(0x9f, 3n, 1n, 2n, 4n)[3]).toBe('被占用的电源请求（IRP）');
    expect(zh(0x133, 9n, 1n, 2n, 4n)[0]).toBe('超时的看门狗：0x9，未列出的值');
  });

  it('says everything in both languages, and differently', () => {
    const texts: { en: string; zh: string }[] = [];
    const collect = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      if ('en' in value && 'zh' in value) texts.push(value as { en: string; zh: string });
      else Object.values(value).forEach(collect);
    };
    [...bugcheckParameters.values(), ...fastFailCodes.values()].forEach(collect);
    expect(texts.length).toBeGreaterThan(400);
    for (const { en, zh } of texts) {
      expect(en).not.toBe('');
      expect(en).toMatch(/^[\x20-\x7e’]+$/);
      if (en !== 'PCI Express') expect(zh).toMatch(/[\u4e00-\u9fff]/);
    }
    for (const code of bugcheckParameters.keys()) {
      if (code !== 0xc000021a) expect(bugcheckNames.has(code)).toBe(true);
    }
  });

  it('without a known table gives values without meaning', () => {
    expect(meanings(0x1, 1n, 2n)).toEqual([null, null]);
  });
});

describe('a signature', () => {
  it('is the same for the same cause and holds no addresses', () => {
    const of = (code: number, ...parameters: bigint[]) =>
      signatureOf({ bugcheck: explainBugcheck(code, parameters), exception: null });
    expect(of(0x139, 3n, 0x1234n)).toBe('0x139_3 KERNEL_SECURITY_CHECK_FAILURE');
    expect(of(0x1e, 0xffffffffc0000005n, 0x1234n)).toBe('0x1e_c0000005 KMODE_EXCEPTION_NOT_HANDLED');
    expect(of(0x50, 0xffff1234n)).toBe('0x50 PAGE_FAULT_IN_NONPAGED_AREA');
  });

  it('is null when nothing crashed', () => {
    expect(signatureOf({ bugcheck: null, exception: null })).toBeNull();
  });
});

describe('a build of Windows', () => {
  it.each([
    [10240, 1, 'Windows 10 1507'],
    [17763, 1, 'Windows 10 1809'],
    [17763, 3, 'Windows Server 2019'],
    [14393, 2, 'Windows Server 2016'],
    [20348, 3, 'Windows Server 2022'],
    [26100, 3, 'Windows Server 2025'],
    [17763, null, 'Windows 10 1809 or Windows Server 2019'],
    [12345, 1, null],
    [null, 1, null],
  ] as const)('%p of product type %p is %p', (build, productType, name) => {
    expect(productName(build, productType)).toBe(name);
  });

  it.each([
    [19041, 1, 'Windows 10 2004 to 22H2'],
    [19045, 1, 'Windows 10 22H2'],
    [19041, 3, 'Windows Server 2004'],
    [17763, 1, 'Windows 10 1809'],
    [12345, 1, null],
  ] as const)('%p of product type %p in a kernel dump is %p', (build, productType, name) => {
    expect(kernelProductName(build, productType)).toBe(name);
  });

  it.each([
    [17763, 'Windows 10 1809', ['CMGE V2020-L']],
    [17763, 'Windows Server 2019', []],
    [17763, null, ['CMGE V2020-L']],
    [19044, 'Windows 10 21H2', ['CMGE V2022-L']],
    [19041, 'Windows 10 2004 to 22H2', ['CMGE V2022-L']],
    [19045, 'Windows 10 22H2', []],
    [22631, 'Windows 11 23H2', []],
    [null, null, []],
  ])('%p (%p) may be of %p', (osBuild, osName, editions) => {
    expect(editionsOf({ osBuild, osName })).toEqual(editions);
  });

  it('is named as the base of an edition like everywhere', () => {
    for (const { build, base, source } of cmgeEditions) {
      expect(productName(build, 1)).toBe(base);
      expect(source).toMatch(/^https:|^CAS-/);
    }
  });
});
