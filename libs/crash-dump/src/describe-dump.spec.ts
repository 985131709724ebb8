import { expect, it } from '@jest/globals';
import { framesOf, fullDump, triageDump, userDump } from '../../../tests/support/synthetic-dump.js';
import { kernelMemory } from '../../../tests/support/synthetic-memory.js';
import { analyseDump } from './analyse-dump.js';
import { fromBytes } from './byte-source.js';
import { describeDump } from './describe-dump.js';

it('a report says kind, cause with meaning, system and completeness', async () => {
  const text = describeDump(await analyseDump(fromBytes(fullDump())));
  expect(text).toMatch(/^kind +complete memory dump \(kernel-dump-64\)$/m);
  expect(text).toMatch(/^bugcheck +0x139 KERNEL_SECURITY_CHECK_FAILURE$/m);
  expect(text).toMatch(/^ {2}parameter 1 +0x3 {2}what was found corrupted: 3, LIST_ENTRY corrupted/m);
  expect(text).toMatch(/^uptime +12:30:00$/m);
  expect(text).toMatch(/^completeness +complete: all/m);
});

it('labels and meanings are told in Chinese as well', async () => {
  const text = describeDump(await analyseDump(fromBytes(triageDump())), { language: 'zh-CN' });
  expect(text).toMatch(/^类型 {11}小内存转储/m);
  expect(text).toMatch(/^ {2}参数 2 {7}0x[0-9a-f]+ {2}异常的陷阱帧地址$/m);
  expect(text).toMatch(/^完整性 {9}完整/m);
});

it('a Chinese report says builds, processes and what Driver Verifier checks in Chinese too', async () => {
  const memory = kernelMemory({ scenario: 'special pool that was freed (0x50)', frames: framesOf('full') });
  const text = describeDump(await analyseDump(fromBytes(fullDump({ memory }))), { language: 'zh-CN' });
  expect(text).toMatch(/^系统 .*内部版本 \d+, /m);
  expect(text).toMatch(/^进程 +System, 进程号 4$/m);
  expect(text).toMatch(/^验证器 .*0x9 \(特殊池, 池跟踪\)/m);
  expect(text).not.toMatch(/\b(build|id|at|bytes|days)\b/);
});

it('a Chinese report of one process says where the exception happened in Chinese', async () => {
  const text = describeDump(await analyseDump(fromBytes(userDump())), { language: 'zh-CN' });
  expect(text).toMatch(/^异常 +0xc0000005 STATUS_ACCESS_VIOLATION，地址 0x401000$/m);
});

it('verbose tells registers, threads and modules where there are some, and no empty sections', async () => {
  const text = describeDump(await analyseDump(fromBytes(userDump())), { verbose: true });
  expect(text).toMatch(/^exception +0xc0000005 STATUS_ACCESS_VIOLATION at 0x401000$/m);
  expect(text).not.toMatch(/^(modules|threads|registers|stack)/m);
});
