import { withoutVariant } from './bugcheck.js';
import type { Culprit, DumpReport, Frame, Module } from './dump-facts.js';
import { hex } from './fields.js';
import { mapOfModules } from './module-map.js';
import { windowsModules } from './windows-modules.data.js';

type Evidence = Pick<
  DumpReport,
  'bugcheck' | 'crash' | 'modules' | 'unloadedModules' | 'stack' | 'blamedBySystem' | 'format'
>;

/** Parts of the system that only report a fault or that everybody calls. */
const kernelParts = new Set([
  'ntoskrnl.exe',
  'ntkrnlmp.exe',
  'ntkrnlpa.exe',
  'ntkrpamp.exe',
  'hal.dll',
  'halmacpi.dll',
]);
/** Bugchecks that tell of broken hardware; no driver is named for them. */
const hardwareCodes = new Set([0x9c, 0x124]);
/** Which parameter is the address that could not be reached; counted from 0. */
const badAddressAt: ReadonlyMap<number, number> = new Map([
  [0x0a, 0],
  [0x1e, 3],
  [0x50, 0],
  [0xce, 0],
  [0xd1, 0],
  [0xd5, 0],
]);

/** Whether a module is not of Microsoft: by its company, else by its name; null when neither tells. */
export function isThirdParty({ name, company }: Pick<Module, 'name' | 'company'>): boolean | null {
  if (company !== null) return !/^microsoft\b/i.test(company.trim());
  return windowsModules.has(name.toLowerCase()) ? false : null;
}

/** Weighs what a dump tells and names who is to blame, with every reason; a name of null means unknown. */
export function findCulprit(evidence: Evidence): Culprit | null {
  if (evidence.format === 'user-minidump' || !evidence.bugcheck) return null;
  const code = withoutVariant(Number(evidence.bugcheck.code));
  if (hardwareCodes.has(code)) {
    return unknown(['this bugcheck tells of the hardware itself; no driver is named for it']);
  }
  const byUnloaded = fromUnloaded(evidence, code);
  if (byUnloaded) return byUnloaded;
  const crashed = evidence.modules.find(({ name, base }) => name === evidence.crash?.module && holds(evidence, base));
  const others = drivers(evidence);
  const noted = evidence.blamedBySystem === null ? [] : [`Windows itself noted ${evidence.blamedBySystem} as broken`];
  if (crashed && isThirdParty(crashed) === true) {
    return named(crashed, 'high', [`it crashed inside it, at ${placeOf(evidence)}`, ofCompany(crashed), ...noted]);
  }
  const crashedInDriver = crashed && !isKernelPart(crashed.name) ? crashed : null;
  const first = others.find(({ module }) => isThirdParty(module) === true);
  if (first) {
    const reasons = [
      `it is the first module on the stack that is not of Microsoft (frame ${first.index}, ${trustOf(first.frame)})`,
      ofCompany(first.module),
    ];
    if (crashedInDriver) reasons.push(`the crash itself lies in ${titleOf(crashedInDriver)}, at ${placeOf(evidence)}`);
    const isExact = first.frame.trust === 'unwind' || first.frame.trust === 'context';
    return named(first.module, isExact ? 'medium' : 'low', [...reasons, ...noted]);
  }
  if (crashedInDriver) {
    const reasons = [`it crashed inside it, at ${placeOf(evidence)}`, 'no module of another company is on the stack'];
    if (isThirdParty(crashedInDriver) === false)
      reasons.push('it is a part of Windows: look for an update of it first');
    return named(crashedInDriver, evidence.stack.some(({ trust }) => trust === 'unwind') ? 'medium' : 'low', [
      ...reasons,
      ...noted,
    ]);
  }
  const near = others[0];
  if (near) {
    const reason = `it is the first driver on the stack beside the kernel (frame ${near.index}, ${trustOf(near.frame)})`;
    return named(near.module, 'low', [reason, ...noted]);
  }
  return unknown([
    evidence.stack.length === 0 ? 'the call stack is not in the dump' : 'only the kernel itself is on the stack',
    ...noted,
  ]);
}

/** Code that runs, or data that is reached, where a driver was loaded before and is no more. */
function fromUnloaded({ bugcheck, crash, unloadedModules, modules }: Evidence, code: number): Culprit | null {
  const loaded = mapOfModules(modules);
  const parameter = bugcheck?.parameters[badAddressAt.get(code) ?? -1]?.value;
  const addresses: [string, string | undefined][] = [
    ['the crash lies', crash?.address],
    ['the address that could not be reached lies', parameter],
    ['the address that could not be reached lies', crash?.exception?.parameters[1]],
  ];
  for (const [what, text] of addresses) {
    if (text === undefined) continue;
    const address = BigInt(text);
    if (loaded.at(address)) continue;
    const found = unloadedModules.find(
      ({ base, size }) => address >= BigInt(base) && address < BigInt(base) + BigInt(size),
    );
    if (!found) continue;
    const place = hex(address - BigInt(found.base));
    return {
      ...{ name: found.name, fileVersion: null, company: null, confidence: 'high' },
      reasons: [
        `${what} at ${text}, where it was loaded before (+${place}); it left something behind when it was unloaded`,
      ],
    };
  }
  return null;
}

/** The modules of the stack that are no part of the kernel itself, with what may be believed of their frames. */
function drivers({ stack, modules }: Evidence): { module: Module; frame: Frame; index: number }[] {
  const map = mapOfModules(modules);
  return stack.flatMap((frame, index) => {
    const module = map.at(BigInt(frame.address));
    return module && !isKernelPart(module.name) && frame.confidence >= 0.5 ? [{ module, frame, index }] : [];
  });
}

function holds({ crash, modules }: Evidence, base: string): boolean {
  return crash !== null && mapOfModules(modules).at(BigInt(crash.address))?.base === base;
}

function isKernelPart(name: string): boolean {
  return kernelParts.has(name.toLowerCase());
}

function placeOf({ crash }: Evidence): string {
  return crash ? `${crash.module ?? crash.address}+${crash.offset ?? '0x0'}` : 'an unknown place';
}

function titleOf({ name, fileVersion }: Module): string {
  return fileVersion === null ? name : `${name} ${fileVersion}`;
}

function ofCompany({ company, description, versionFrom }: Module): string {
  const source = versionFrom === undefined ? '' : ', as an earlier dump with the same build of it told';
  return `it is of ${company ?? 'an unknown company'}${description ? ` (${description})` : ''}${source}`;
}

function trustOf({ trust }: Frame): string {
  return trust === 'scan' ? 'only scanned' : trust === 'cfi-chained' ? 'found after a scanned one' : 'exact';
}

function named(module: Module, confidence: Culprit['confidence'], reasons: string[]): Culprit {
  const { name, fileVersion, company } = module;
  return { name, fileVersion, company, confidence, reasons };
}

function unknown(reasons: string[]): Culprit {
  return { name: null, fileVersion: null, company: null, confidence: 'low', reasons };
}
