import { numbers, type AddressSpace, type Heap } from './synthetic-address-space.js';
import type { Images, SyntheticStack } from './synthetic-call-stack.js';
import { kernelBase } from './synthetic-drivers.js';
import type { IoObjects } from './synthetic-objects.js';
import type { CrashTruth } from './synthetic-truth.js';

export type Call = readonly [module: string, name: string];

/** What a scenario has at hand to make a crash. */
export interface Scene {
  space: AddressSpace;
  heap: Heap;
  images: Images;
  objects: IoObjects;
  /** A stack that begins at an address; without one, near the end of the thread's stack. */
  stackAt(start?: bigint): SyntheticStack;
  /** A stack on which a trap lies at an address when it happens in the last of these calls. */
  stackBefore(trapFrame: bigint, path: readonly Call[]): SyntheticStack;
  /** KTHREAD of a thread that waits, with its stack. */
  thread(stack: SyntheticStack): bigint;
  /** EPROCESS of another process than the one that runs. */
  process(name: string, id: number): bigint;
}

/** How a scenario ended: what the header says, and what a report must say. */
export interface Ending extends Pick<CrashTruth, 'bugcheck' | 'context' | 'culprit' | 'reportingFrames'> {
  stack: SyntheticStack;
  /** CONTEXT of the header. */
  header: Buffer;
  exceptionRecord: Buffer;
  /** Frames that the dump's header hides, because its registers are those of the fault already. */
  hiddenFrames?: number;
}

export interface ScenarioPlan {
  /** Whether drivers of devices are loaded, beside those of every machine. */
  withDevices?: boolean;
  /** What Driver Verifier was told to do, and with which driver. */
  verifier?: { flags: number; driver: string };
  happens(scene: Scene): Ending;
}

const nt = 'ntoskrnl.exe';
const usb = 'acmeusb.sys';
const accessViolation = 0xc0000005;
const unreachable = 0xffffa48c2f2f2010n;
const unloadedPlace = 0xfffff80739201234n;
/** Where Ntfs.sys finds the broken list, and where Windows keeps what it knows of that. */
const listFault = { address: 0xfffff807376ef014n, trapFrame: 0xfffff90a12346a80n, record: 0xfffff90a123469d8n };

function recordOf(code: number, address: bigint, ...parameters: bigint[]): Buffer {
  const record = Buffer.alloc(0x98);
  record.writeUInt32LE(code, 0);
  record.writeUInt32LE(code === 0xc0000409 ? 1 : 0, 4);
  numbers(address).copy(record, 0x10);
  record.writeUInt32LE(parameters.length, 0x18);
  numbers(...parameters).copy(record, 0x20);
  return record;
}

/** Where the system stops itself, the record of the header tells of a breakpoint there. */
function stopped(scene: Scene): Buffer {
  const at = scene.images.get(nt)?.functions.get('KeBugCheckEx')?.rva ?? 0;
  return recordOf(0x80000003, kernelBase + BigInt(at), 0n);
}

function calls(stack: SyntheticStack, ...path: readonly Call[]): void {
  for (const [module, name] of path) stack.call(module, name);
}

const inKernel = (...names: string[]): Call[] => names.map((name) => [nt, name] as const);

/** The bugcheck's own registers are those of the crash: nothing faulted. */
function own(
  stack: SyntheticStack,
  code: number,
  ...parameters: bigint[]
): Pick<Ending, 'bugcheck' | 'context' | 'header'> {
  const header = stack.bugcheck();
  const [{ address, stackPointer } = { address: 0n, stackPointer: 0n }] = stack.frames;
  return { bugcheck: { code, parameters }, header, context: { instructionPointer: address, stackPointer } };
}

/** A list is broken, and Ntfs.sys finds it (0x139, 3); with or without a filter of another company above it. */
export const listCorruption = (withFilter: boolean): ScenarioPlan => ({
  happens(scene) {
    const path: Call[] = [
      ...inKernel('KiStartSystemThread', 'PspSystemThreadStartup', 'NtReadFile', 'IopSynchronousServiceTail'),
      ...inKernel('IofCallDriver'),
      ...[['FLTMGR.SYS', 'FltpDispatch'] as const, ['FLTMGR.SYS', 'FltpPerformPreCallbacks'] as const],
      ...(withFilter ? [['acmeflt.sys', 'AcmePreRead'] as const] : []),
      ...[...inKernel('IofCallDriver'), ['Ntfs.sys', 'NtfsFsdRead'] as const, ['Ntfs.sys', 'NtfsCommonRead'] as const],
      ['Ntfs.sys', 'NtfsRemoveScb'],
    ];
    const stack = scene.stackBefore(listFault.trapFrame, path);
    calls(stack, ...path);
    scene.space.write(listFault.address, Uint8Array.of(0xcd, 0x29));
    const context = { instructionPointer: stack.faults(listFault.address), stackPointer: stack.stackPointer };
    const frame = stack.trap(nt, 'KiRaiseSecurityCheckFailure');
    if (frame !== listFault.trapFrame) throw new Error(`the trap frame is at ${frame.toString(16)}`);
    calls(stack, ...inKernel('KiFastFailDispatch', 'KiBugCheckDispatch'));
    const record = recordOf(0xc0000409, listFault.address, 3n);
    scene.space.write(listFault.record, record);
    return {
      ...{ stack, context, exceptionRecord: record, header: stack.bugcheck(), reportingFrames: 4 },
      bugcheck: { code: 0x139, parameters: [3n, listFault.trapFrame, listFault.record, 0n] },
      culprit: { name: withFilter ? 'acmeflt.sys' : 'Ntfs.sys', confidence: 'medium' },
    };
  },
});

/** A driver of an USB device reads where nothing is, at the end of a path of calls. */
function faultOfUsb(
  stack: SyntheticStack,
  ...path: readonly (readonly [string, string])[]
): Ending['context'] & object {
  calls(stack, ...path);
  const instructionPointer = stack.faults();
  return { instructionPointer, stackPointer: stack.stackPointer };
}

const usbRequest = [
  ...inKernel('KiSystemServiceCopyEnd', 'NtDeviceIoControlFile', 'IofCallDriver'),
  ...[['Wdf01000.sys', 'FxDevice::Dispatch'] as const, ['Wdf01000.sys', 'FxIoQueue::DispatchEvents'] as const],
  [usb, 'AcmeUsbIoctl'] as const,
];

const unhandledException: ScenarioPlan = {
  withDevices: true,
  happens(scene) {
    const stack = scene.stackAt();
    const context = faultOfUsb(stack, ...usbRequest);
    stack.trap(nt, 'KiGeneralProtectionFault');
    calls(stack, ...inKernel('KiExceptionDispatch', 'KiDispatchException'));
    const exceptionRecord = recordOf(accessViolation, context.instructionPointer, 0n, unreachable);
    return {
      ...{ stack, context, exceptionRecord, header: stack.bugcheck(), reportingFrames: 4 },
      bugcheck: { code: 0x1e, parameters: [0xffffffffc0000005n, context.instructionPointer, 0n, unreachable] },
      culprit: { name: usb, confidence: 'high' },
    };
  },
};

const blockedPowerRequest: ScenarioPlan = {
  withDevices: true,
  happens(scene) {
    const stack = scene.stackAt();
    calls(stack, ...inKernel('KiIdleLoop', 'KiRetireDpcList', 'KiProcessExpiredTimerList', 'PopIrpWatchdog'));
    stack.call(nt, 'PopIrpWatchdogBugcheck');
    const { objects } = scene;
    const hub = objects.driver('\\Driver\\USBHUB3', 'UsbHub3.sys');
    const dongle = objects.driver('\\Driver\\acmeusb', usb);
    const instance = 'USB\\VID_1209&PID_AC3E\\5&46fa7b7&0&1';
    const physical = objects.device(hub, { instance, service: 'acmeusb' });
    const functional = objects.device(dongle, { on: physical });
    const irp = objects.irp(
      [
        { device: 0n, major: 0, minor: 0 },
        { device: functional, major: 0x16, minor: 2, isPending: true },
        { device: 0n, major: 0, minor: 0 },
      ],
      2,
    );
    const triage = scene.heap(Buffer.concat([Buffer.from([0x00, 0x80, 1, 0, 0, 0, 0, 0]), Buffer.alloc(0x20)]));
    return {
      ...own(stack, 0x9f, 3n, physical, triage, irp),
      ...{ stack, exceptionRecord: stopped(scene), reportingFrames: 0 },
      culprit: { name: usb, confidence: 'high' },
    };
  },
};

const waitsForPlugAndPlay: ScenarioPlan = {
  withDevices: true,
  happens(scene) {
    const waiting = scene.stackAt(0xfffff90a22345df8n);
    calls(waiting, ...inKernel('KiStartSystemThread', 'PspSystemThreadStartup'), [usb, 'AcmeUsbWorker']);
    calls(waiting, ...inKernel('KeWaitForSingleObject', 'KiSwapThread', 'KiSwapContext'));
    const thread = scene.thread(waiting);
    const stack = scene.stackAt();
    calls(stack, ...inKernel('KiIdleLoop', 'KiRetireDpcList', 'KiProcessExpiredTimerList', 'PnpBugcheckPowerTimeout'));
    const triage = scene.heap(Buffer.concat([Buffer.from([0x01, 0x80, 1, 0, 0, 0, 0, 0]), Buffer.alloc(0x10)]));
    return {
      ...own(stack, 0x9f, 4n, 0x12cn, thread, triage),
      ...{ stack, exceptionRecord: stopped(scene), reportingFrames: 0 },
      culprit: { name: usb, confidence: 'medium' },
    };
  },
};

const networkPoll = [
  ...inKernel('KiIdleLoop', 'KiRetireDpcList', 'KiExecuteAllDpcs'),
  ...[['ndis.sys', 'ndisInterruptDpc'] as const, ['acmenet.sys', 'AcmeNetInterruptDpc'] as const],
  ['acmenet.sys', 'AcmeNetPollRing'] as const,
];

const pagedDataInDpc: ScenarioPlan = {
  withDevices: true,
  happens(scene) {
    const stack = scene.stackAt();
    const context = faultOfUsb(stack, ...networkPoll);
    stack.trap(nt, 'KiPageFault');
    stack.call(nt, 'KiBugCheckDispatch');
    return {
      ...{ stack, context, exceptionRecord: stopped(scene), header: stack.bugcheck(), reportingFrames: 3 },
      bugcheck: { code: 0xd1, parameters: [unreachable, 2n, 0n, context.instructionPointer] },
      culprit: { name: 'acmenet.sys', confidence: 'high' },
    };
  },
};

const timerOfUnloadedDriver: ScenarioPlan = {
  withDevices: true,
  happens(scene) {
    const stack = scene.stackAt();
    calls(stack, ...inKernel('KiIdleLoop', 'KiRetireDpcList', 'KiProcessExpiredTimerList'));
    stack.callNowhere(unloadedPlace);
    const context = { instructionPointer: unloadedPlace, stackPointer: stack.stackPointer };
    stack.trap(nt, 'KiPageFault');
    stack.call(nt, 'KiBugCheckDispatch');
    return {
      ...{ stack, context, exceptionRecord: stopped(scene), header: stack.bugcheck(), reportingFrames: 3 },
      bugcheck: { code: 0xd1, parameters: [unloadedPlace, 2n, 8n, unloadedPlace] },
      culprit: { name: 'acmescan.sys', confidence: 'high' },
    };
  },
};

const dpcTooLong: ScenarioPlan = {
  withDevices: true,
  happens(scene) {
    const stack = scene.stackAt();
    const context = faultOfUsb(stack, ...networkPoll);
    stack.trap(nt, 'KiInterruptDispatchNoLockNoEtw');
    calls(stack, [nt, 'KiCallInterruptServiceRoutine'], ['hal.dll', 'HalpTimerClockInterrupt']);
    calls(stack, ...inKernel('KeClockInterruptNotify', 'KeAccumulateTicks'));
    return {
      ...{ stack, context, exceptionRecord: stopped(scene), header: stack.bugcheck(), reportingFrames: 6 },
      bugcheck: { code: 0x133, parameters: [0n, 0x501n, 0x500n, 0n] },
      culprit: { name: 'acmenet.sys', confidence: 'high' },
    };
  },
};

/** A worker of a driver faults in a system thread; `_M` headers hold the registers of the fault itself. */
const systemThread = (code: 0x7e | 0x1000007e): ScenarioPlan => ({
  withDevices: true,
  happens(scene) {
    const stack = scene.stackAt();
    calls(stack, ...inKernel('KiStartSystemThread', 'PspSystemThreadStartup'));
    const context = faultOfUsb(stack, [usb, 'AcmeUsbWorker'], [usb, 'AcmeUsbReadComplete']);
    const faulting = stack.context();
    const exceptionRecord = recordOf(accessViolation, context.instructionPointer, 1n, 0x18n);
    const [record, registers] = [scene.heap(exceptionRecord), scene.heap(faulting)];
    stack.trap(nt, 'KiPageFault');
    calls(stack, ...inKernel('KiExceptionDispatch', 'KiDispatchException', 'RtlDispatchException'));
    calls(stack, ...inKernel('RtlpExecuteHandlerForException', '_C_specific_handler'));
    calls(stack, ...inKernel('PspSystemThreadStartup$filt$0', 'PspUnhandledExceptionInSystemThread'));
    const atBugcheck = stack.bugcheck();
    const isHidden = code === 0x1000007e;
    return {
      ...{ stack, context, exceptionRecord, header: isHidden ? faulting : atBugcheck },
      ...{ reportingFrames: isHidden ? 0 : 9, hiddenFrames: isHidden ? 9 : 0 },
      bugcheck: { code, parameters: [0xffffffffc0000005n, context.instructionPointer, record, registers] },
      culprit: { name: usb, confidence: 'high' },
    };
  },
});

const throughHal: ScenarioPlan = {
  withDevices: true,
  happens(scene) {
    const stack = scene.stackAt();
    const context = faultOfUsb(stack, ...usbRequest, ['hal.dll', 'HalpBuildScatterGatherList']);
    stack.trap(nt, 'KiPageFault');
    stack.call(nt, 'KiBugCheckDispatch');
    return {
      ...{ stack, context, exceptionRecord: stopped(scene), header: stack.bugcheck(), reportingFrames: 3 },
      bugcheck: { code: 0x0a, parameters: [0x28n, 2n, 0n, context.instructionPointer] },
      culprit: { name: usb, confidence: 'medium' },
    };
  },
};

const filteredRead = [
  ...inKernel('KiSystemServiceCopyEnd', 'NtReadFile', 'IofCallDriver'),
  ...[['FLTMGR.SYS', 'FltpDispatch'] as const, ['FLTMGR.SYS', 'FltpPerformPreCallbacks'] as const],
  ['acmeflt.sys', 'AcmePostRead'] as const,
];

const freedSpecialPool: ScenarioPlan = {
  verifier: { flags: 0x9, driver: 'acmeflt.sys' },
  happens(scene) {
    const stack = scene.stackAt();
    const context = faultOfUsb(stack, ...filteredRead);
    stack.trap(nt, 'KiPageFault');
    calls(stack, ...inKernel('MmAccessFault', 'MiSystemFault'));
    return {
      ...{ stack, context, exceptionRecord: stopped(scene), header: stack.bugcheck(), reportingFrames: 4 },
      bugcheck: { code: 0x50, parameters: [unreachable, 0n, context.instructionPointer, 2n] },
      culprit: { name: 'acmeflt.sys', confidence: 'high' },
    };
  },
};

const verifierStops: ScenarioPlan = {
  withDevices: true,
  verifier: { flags: 0x209bb, driver: usb },
  happens(scene) {
    const stack = scene.stackAt();
    calls(stack, ...usbRequest, ...inKernel('VerifierExFreePool', 'VerifierBugCheckIfAppropriate'));
    const block = scene.heap(poolBlock('AcmU', 0x40));
    return {
      ...own(stack, 0xc4, 0x13n, 0x1234n, block, 0x55636d4102040000n),
      ...{ stack, exceptionRecord: stopped(scene), reportingFrames: 0 },
      culprit: { name: usb, confidence: 'high' },
    };
  },
};

const systemService: ScenarioPlan = {
  withDevices: true,
  happens(scene) {
    const stack = scene.stackAt();
    const context = faultOfUsb(stack, ...usbRequest);
    const registers = scene.heap(stack.context());
    stack.trap(nt, 'KiPageFault');
    calls(stack, ...inKernel('KiExceptionDispatch', 'KiDispatchException', 'RtlDispatchException'));
    calls(stack, ...inKernel('RtlpExecuteHandlerForException', 'KiSystemServiceHandler', 'KiBugCheckDispatch'));
    return {
      ...{ stack, context, header: stack.bugcheck(), reportingFrames: 8 },
      exceptionRecord: recordOf(accessViolation, context.instructionPointer, 0n, unreachable),
      bugcheck: { code: 0x3b, parameters: [0xc0000005n, context.instructionPointer, registers, 0n] },
      culprit: { name: usb, confidence: 'high' },
    };
  },
};

const stackUsedUp: ScenarioPlan = {
  withDevices: true,
  happens(scene) {
    const stack = scene.stackAt();
    calls(stack, ...usbRequest);
    for (let depth = 0; depth < 43; depth += 1) stack.call(usb, 'AcmeUsbRecurse');
    const instructionPointer = stack.faults();
    const context = { instructionPointer, stackPointer: stack.stackPointer };
    const frame = stack.trap(nt, 'KiDoubleFaultAbort', { stack: 0xfffff80735ffefe0n });
    stack.call(nt, 'KiBugCheckDispatch');
    return {
      ...{ stack, context, exceptionRecord: stopped(scene), header: stack.bugcheck(), reportingFrames: 3 },
      bugcheck: { code: 0x7f, parameters: [8n, frame, context.stackPointer, instructionPointer] },
      culprit: { name: usb, confidence: 'high' },
    };
  },
};

const criticalProcess = (code: 0xef | 0xf4): ScenarioPlan => ({
  happens(scene) {
    const stack = scene.stackAt();
    calls(stack, ...inKernel('KiSystemServiceCopyEnd', 'NtTerminateProcess', 'PspCatchCriticalBreak'));
    const process = scene.process('csrss.exe', 0x1a8);
    const name = scene.heap(Buffer.from('csrss.exe\0', 'latin1'));
    const text = scene.heap(Buffer.from('Terminating critical process\0', 'latin1'));
    const parameters = code === 0xef ? [process, 0n, 0n, 0n] : [3n, process, name, text];
    return {
      ...own(stack, code, ...parameters),
      ...{ stack, exceptionRecord: stopped(scene), reportingFrames: 0 },
      culprit: { name: null, confidence: 'low' },
    };
  },
});

/** POOL_HEADER and what it heads: sizes in blocks of 16 bytes, the tag as it is read. */
function poolBlock(tag: string, bytes: number, previous = 0): Buffer {
  const block = Buffer.alloc(bytes);
  block.writeUInt8(previous / 16, 0);
  block.writeUInt8(bytes / 16, 2);
  block.writeUInt8(2, 3);
  block.write(tag, 4, 'latin1');
  return block;
}

const poolOverrun: ScenarioPlan = {
  happens(scene) {
    const stack = scene.stackAt();
    calls(stack, ...filteredRead, [nt, 'ExFreePoolWithTag']);
    const page = scene.heap(Buffer.concat([poolBlock('AcmF', 0x80), Buffer.alloc(0x40, 0x41)]));
    return {
      ...own(stack, 0x19, 0x20n, page, page + 0x80n, 0x4080000n),
      ...{ stack, exceptionRecord: stopped(scene), reportingFrames: 0 },
      culprit: { name: 'acmeflt.sys', confidence: 'medium' },
    };
  },
};

/** Crashes with their truth, by what happened. */
export const scenarios = {
  'list corruption found by Ntfs.sys (0x139)': listCorruption(false),
  'list corruption below a filter (0x139)': listCorruption(true),
  'exception that nobody handled (0x1E)': unhandledException,
  'power request that a driver holds (0x9F)': blockedPowerRequest,
  'power change that waits for a driver (0x9F)': waitsForPlugAndPlay,
  'paged data in a DPC (0xD1)': pagedDataInDpc,
  'timer of a driver that was unloaded (0xD1)': timerOfUnloadedDriver,
  'DPC that runs too long (0x133)': dpcTooLong,
  'exception in a system thread (0x7E)': systemThread(0x7e),
  'exception in a system thread, registers of the fault in the header (0x1000007E)': systemThread(0x1000007e),
  'bad address passed to the hardware layer (0xA)': throughHal,
  'special pool that was freed (0x50)': freedSpecialPool,
  'rule of the verifier (0xC4)': verifierStops,
  'exception in a system call (0x3B)': systemService,
  'stack that is used up (0x7F)': stackUsedUp,
  'critical process that ended (0xEF)': criticalProcess(0xef),
  'critical object that ended (0xF4)': criticalProcess(0xf4),
  'pool header that was overrun (0x19)': poolOverrun,
} satisfies Record<string, ScenarioPlan>;

export type ScenarioName = keyof typeof scenarios;
