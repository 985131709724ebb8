import type { DeviceObject, DumpReport, Frame, IrpObject, KernelObject, Module } from './dump-facts.js';
import { hex } from './fields.js';
import { mapOfModules, type ModuleMap } from './module-map.js';
import { say } from './sentences.js';
import { hostModules, windowsModules } from './windows-modules.data.js';

/** What speaks for a module, and how much: about 80 and more is as good as caught in the act, below 40 is a hint. */
export interface Clue {
  module: Pick<Module, 'name' | 'fileVersion' | 'company' | 'description' | 'versionFrom'>;
  points: number;
  reason: string;
}

/** What a culprit is found by. */
export type Evidence = Pick<
  DumpReport,
  'bugcheck' | 'crash' | 'modules' | 'unloadedModules' | 'stack' | 'blamedBySystem' | 'format'
> &
  Partial<Pick<DumpReport, 'objects' | 'verifier' | 'kernelStack'>>;

/** The evidence, and what all rules ask of it. */
export interface Case extends Evidence {
  code: number;
  map: ModuleMap;
  /** Where the crash lies, unless that is the kernel itself. */
  crashedIn: Module | null;
}

/** Parts of the system that only report a fault or that everybody calls. */
const kernelParts = new Set([
  ...['ntoskrnl.exe', 'ntkrnlmp.exe', 'ntkrnlpa.exe', 'ntkrpamp.exe', 'hal.dll', 'halmacpi.dll', 'verifierext.sys'],
]);
/** Bugchecks that a watch raises on a stack of its own: who is on that stack had no part in it. */
const watched = new Set([0x9f, 0x101, 0xea, 0x116, 0x117, 0x141, 0x1d5]);
/** Bugchecks that a broken structure raises: who finds it need not be who broke it. */
export const corruption: ReadonlySet<number> = new Set([0x19, 0x1a, 0x4e, 0xc2, 0xc5, 0x109, 0x12b, 0x13a, 0x139]);
/** Bugchecks that Driver Verifier raises where a driver calls it. */
const raisedByVerifier = new Set([0xc4, 0xc6, 0xc9, 0xe6]);
/** Bugchecks that tell of the display, where the card itself may be at fault. */
const ofDisplay = new Set([0x116, 0x117, 0x141]);
/** Bugchecks that tell of a process that ended. */
export const ofProcess: ReadonlySet<number> = new Set([0xef, 0xf4]);

/** Which parameter is the address that could not be reached; counted from 0. */
const badAddressAt: ReadonlyMap<number, number> = new Map([
  ...[0x0a, 0x50, 0xcc, 0xcd, 0xce, 0xd1, 0xd3, 0xd4, 0xd5, 0xd6].map((code): [number, number] => [code, 0]),
  [0x1e, 3],
]);

/** Whether a module is not of Microsoft: by its company, else by its name; null when neither tells. */
export function isThirdParty({ name, company }: Pick<Module, 'name' | 'company'>): boolean | null {
  if (company !== null) return !/^microsoft\b/i.test(company.trim());
  return windowsModules.has(name.toLowerCase()) ? false : null;
}

/** All that speaks for anybody, rule by rule. */
export function cluesOf(evidence: Evidence, code: number): Clue[] {
  const map = mapOfModules(evidence.modules);
  const crashed = evidence.crash ? map.at(BigInt(evidence.crash.address)) : null;
  const one: Case = { ...evidence, code, map, crashedIn: crashed && !isKernelPart(crashed.name) ? crashed : null };
  return [ofUnloaded, ofCrash, ofStack, ofStackUse, ofObjects, ofThreads, ofSystem].flatMap((rule) => rule(one));
}

/** Points by whose module it is: of another company, of an unknown one, of Windows, a host of other drivers. */
function weight(module: Pick<Module, 'name' | 'company'>, third: number, untold: number, own: number): number {
  const answer = isThirdParty(module);
  if (answer !== false) return answer === true ? third : untold;
  return hostModules.has(module.name.toLowerCase()) ? Math.round(own / 2) : own;
}

/** Code that runs, or data that is reached, where a driver was loaded before and is no more. */
function ofUnloaded({ bugcheck, crash, unloadedModules, map, code }: Case): Clue[] {
  const parameter = bugcheck?.parameters[badAddressAt.get(code) ?? -1]?.value;
  const places: ['crash-in-unloaded' | 'reach-into-unloaded', string | undefined][] = [
    ['crash-in-unloaded', crash?.address],
    ['reach-into-unloaded', parameter],
    ['reach-into-unloaded', crash?.exception?.parameters[1]],
  ];
  for (const [sentence, text] of places) {
    const address = text === undefined ? 0n : BigInt(text);
    if (address === 0n || map.at(address)) continue;
    const found = unloadedModules.find(({ base, size }) => {
      return address >= BigInt(base) && address < BigInt(base) + BigInt(size);
    });
    if (!found) continue;
    const offset = hex(address - BigInt(found.base));
    const module = { name: found.name, fileVersion: null, company: null };
    return [{ module, points: 100, reason: say(sentence, { address: text ?? '', offset }) }];
  }
  return [];
}

/** It crashed inside a driver, or ran there when a watch ran out. */
function ofCrash(one: Case): Clue[] {
  const { crashedIn: module, code, stack, bugcheck } = one;
  if (!module || watched.has(code)) return [];
  const place = placeOf(one);
  if (code === 0x133) {
    const isSingle = bugcheck?.parameters[0]?.value === '0x0';
    return [
      { module, points: weight(module, isSingle ? 85 : 60, 45, 40), reason: say('ran-when-watch-ran-out', { place }) },
    ];
  }
  const isExact = stack.some(({ trust }) => trust === 'unwind');
  const points = weight(module, corruption.has(code) ? 65 : 90, 50, isExact ? 50 : 35);
  return [{ module, points, reason: say('crashed-inside', { place }) }];
}

interface OnStack {
  module: Module;
  frame: Frame;
  index: number;
}

/** Drivers on the stack: the first of another company counts most, whatever of Windows lies between it and the crash. */
function ofStack(one: Case): Clue[] {
  if (watched.has(one.code)) return [];
  const { crashedIn, code } = one;
  const drivers = driversOnStack(one).filter(({ module }) => module.base !== crashedIn?.base);
  const third = drivers.find(({ module }) => isThirdParty(module) === true);
  const clues: Clue[] = [];
  if (third) {
    const certainty = { context: 60, unwind: 60, 'frame-pointer': 50, 'cfi-chained': 38, scan: 25 }[third.frame.trust];
    const isBehind = crashedIn !== null && isThirdParty(crashedIn) === true;
    clues.push({
      module: third.module,
      points: isBehind ? Math.round(certainty / 2) : certainty,
      reason: say('first-of-another-company', placeOnStack(third)),
    });
  }
  if (ofProcess.has(code)) return clues;
  const near = drivers.find(({ module }) => isThirdParty(module) !== true);
  if (near && !crashedIn) {
    clues.push({
      module: near.module,
      points: weight(near.module, 30, 30, 25),
      reason: say('first-beside-kernel', placeOnStack(near)),
    });
  }
  return [...clues, ...ofVerifier(one, drivers)];
}

/** Driver Verifier stops a driver where it does wrong, so its caller is caught in the act. */
function ofVerifier({ code, verifier }: Case, drivers: readonly OnStack[]): Clue[] {
  const clues: Clue[] = [];
  const caller = drivers.find(({ module }) => !hostModules.has(module.name.toLowerCase()));
  const isExact = caller?.frame.trust === 'unwind' || caller?.frame.trust === 'context';
  if (raisedByVerifier.has(code) && caller && isExact) {
    clues.push({ module: caller.module, points: 30, reason: say('called-verifier', placeOnStack(caller)) });
  }
  const watchedDrivers = new Set(verifier?.drivers.map((name) => name.toLowerCase()));
  const seen = drivers.find(({ module }) => watchedDrivers.has(module.name.toLowerCase()));
  if (seen) clues.push({ module: seen.module, points: 5, reason: say('verifier-watches') });
  return clues;
}

/** Room that is left when a kernel stack is as good as used up. */
const lastBytes = 0x1000;

/** A double fault where no stack is left: whoever fills it with its own frames. */
function ofStackUse({ kernelStack, stack, map, code }: Case): Clue[] {
  if (code !== 0x7f || !kernelStack) return [];
  const size = Number(BigInt(kernelStack.base) - BigInt(kernelStack.limit));
  if (size - kernelStack.usedBytes > lastBytes) return [];
  const own = new Map<Module, number>();
  for (const { address } of stack) {
    const module = map.at(BigInt(address));
    if (module && !isKernelPart(module.name)) own.set(module, (own.get(module) ?? 0) + 1);
  }
  const [most] = [...own].sort(([, a], [, b]) => b - a);
  if (!most || most[1] * 2 < stack.length) return [];
  const [module, count] = most;
  const values = { used: kernelStack.usedBytes, size, own: count, all: stack.length };
  return [{ module, points: weight(module, 60, 40, 40), reason: say('fills-stack', values) }];
}

/** A thread that the bugcheck names, such as the one that holds what others wait for. */
function ofThreads(one: Case): Clue[] {
  return (one.objects ?? []).flatMap((object) => {
    if (object.what !== 'thread') return [];
    const third = driversOn(object.frames, one.map).find(({ module }) => isThirdParty(module) === true);
    if (!third) return [];
    const values = { thread: object.address, from: object.from, ...placeOnStack(third) };
    const points = third.frame.trust === 'scan' ? 40 : 60;
    return [{ module: third.module, points, reason: say('on-named-thread', values) }];
  });
}

/** Objects that the bugcheck's parameters lead to. */
function ofObjects(one: Case): Clue[] {
  return (one.objects ?? []).flatMap((object) => {
    const module = one.modules.find(({ name }) => name.toLowerCase() === object.module?.toLowerCase());
    if (!module || isKernelPart(module.name)) return [];
    const points = pointsOf(object, module, one);
    return points === 0 ? [] : [{ module, points, reason: reasonOf(object, one) }];
  });
}

function pointsOf(object: KernelObject, module: Module, { code }: Case): number {
  const isNamed = object.parameter !== null;
  switch (object.what) {
    case 'irp':
      return isNamed ? weight(module, code === 0x9f ? 90 : 60, 50, 30) : 0;
    case 'device':
      return isNamed ? weight(module, code === 0xc9 ? 70 : 50, 30, 15) : weight(module, 40, 20, 0);
    case 'driver':
      return isNamed ? weight(module, 60, 40, 25) : 0;
    case 'code':
      return weight(module, ofDisplay.has(code) ? 75 : 80, 60, 45);
    case 'name':
      return weight(module, 85, 70, 45);
    case 'pool':
      return weight(module, 30, 20, 20);
    case 'process':
    case 'thread':
      return 0;
  }
}

function reasonOf(object: KernelObject, { objects = [] }: Case): string {
  const { address, from } = object;
  switch (object.what) {
    case 'irp':
      return requestReason(object);
    case 'device':
      return object.parameter === null
        ? say('in-device-stack', { driver: object.driver ?? '?', device: address, from, instance: nodeOf(objects) })
        : say('owns-device', { driver: object.driver ?? '?', device: address, from, instance: nodeOf(objects) });
    case 'driver':
      return say('is-driver-object', { driver: object.driver ?? '?', address, from });
    case 'code':
      return say('pointed-into', { from, address });
    case 'name':
      return say('named-by', { from, name: object.name ?? '' });
    case 'pool':
      return say('owns-pool-tag', { tag: object.tag ?? '', address, from });
    case 'process':
    case 'thread':
      return '';
  }
}

function requestReason({ address, from, currentLocation, stackCount, locations, driver }: IrpObject): string {
  const at = locations.find(({ isCurrent }) => isCurrent);
  return say('holds-request', {
    ...{ irp: address, from, location: currentLocation, count: stackCount, driver: driver ?? '?' },
    ...{ device: at?.device ?? '?', asks: [at?.majorFunction, at?.minorFunction].filter(Boolean).join(' ') },
  });
}

/** The device that all of it is about, as plug and play names it. */
function nodeOf(objects: readonly KernelObject[]): string {
  const physical = objects.find((one): one is DeviceObject => one.what === 'device' && one.instancePath !== null);
  return physical?.instancePath ?? '?';
}

function ofSystem({ blamedBySystem, modules }: Case): Clue[] {
  if (blamedBySystem === null) return [];
  const module = modules.find(({ name }) => name.toLowerCase() === blamedBySystem.toLowerCase());
  return module ? [{ module, points: 20, reason: say('noted-by-windows', { name: blamedBySystem }) }] : [];
}

/** The modules of the stack that are no part of the kernel itself, where their frames can be believed. */
function driversOnStack({ stack, map }: Case): OnStack[] {
  return driversOn(stack, map);
}

function driversOn(stack: readonly Frame[], map: ModuleMap): OnStack[] {
  return stack.flatMap((frame, index) => {
    const module = map.at(BigInt(frame.address));
    return module && !isKernelPart(module.name) && frame.confidence >= 0.5 ? [{ module, frame, index }] : [];
  });
}

function placeOnStack({ frame, index }: OnStack): { index: number; trust: string } {
  const exact = say('trust-exact');
  const trust = {
    ...{ context: exact, unwind: exact, 'frame-pointer': say('trust-frame-pointer') },
    ...{ 'cfi-chained': say('trust-chained'), scan: say('trust-scan') },
  }[frame.trust];
  return { index, trust };
}

/** Whether a module is the kernel or one of its own parts. */
export function isKernelPart(name: string): boolean {
  return kernelParts.has(name.toLowerCase());
}

/** Where it crashed, as module and offset. */
export function placeOf({ crash }: Pick<DumpReport, 'crash'>): string {
  return crash ? `${crash.module ?? crash.address}+${crash.offset ?? '0x0'}` : '?';
}
