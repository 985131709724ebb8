import type { FunctionPlan, ImagePlan, Step } from './synthetic-image.js';

/** Registers by their number in machine code. */
export const register = {
  ...{ rax: 0, rcx: 1, rdx: 2, rbx: 3, rsp: 4, rbp: 5, rsi: 6, rdi: 7 },
  ...{ r12: 12, r14: 14, r15: 15 },
} as const;

const { rbx, rbp, rsi, rdi, r12, r14, r15 } = register;
const microsoft = 'Microsoft Corporation';

const push = (...registers: number[]): Step[] => registers.map((one) => ['push', one]);
const alloc = (bytes: number): Step => ['alloc', bytes];
const plain = (name: string, rva: number, bytes = 0x28): FunctionPlan => ({ name, rva, steps: [alloc(bytes)] });
/** A handler of a trap without error code: it makes room for one, as KTRAP_FRAME has it. */
const trap = (name: string, rva: number): FunctionPlan => ({
  ...{ name, rva, machineFrame: 0 },
  steps: [alloc(8), ...push(rbp), alloc(0x158), ['frame', 0x80]],
});
/** A handler of a trap for which the processor itself pushes an error code. */
const fault = (name: string, rva: number): FunctionPlan => ({
  ...{ name, rva, machineFrame: 1 },
  steps: [...push(rbp), alloc(0x158), ['frame', 0x80]],
});

export const kernelBase = 0xfffff80736a00000n;

const kernel: ImagePlan = {
  ...{ name: 'ntoskrnl.exe', path: '\\SystemRoot\\system32\\ntoskrnl.exe', base: kernelBase, size: 0xa6b000 },
  ...{ version: [10, 0, 17763, 592], company: microsoft, description: 'NT Kernel & System', stamp: 0x5cf1b2a3 },
  pdb: 'ntkrnlmp.pdb',
  exports: ['KeBugCheckEx', 'IofCallDriver'],
  functions: [
    plain('KeBugCheckEx', 0x1b3ef0),
    { name: 'KiBugCheckDispatch', rva: 0x1c5000, steps: [alloc(0x138), ['save', rbx, 0x28]] },
    { name: 'KiFastFailDispatch', rva: 0x1c5400, steps: [alloc(0x138), ['save', rbx, 0x28]] },
    trap('KiRaiseSecurityCheckFailure', 0x1c3500),
    plain('IofCallDriver', 0x29000, 0x38),
    { name: 'IopSynchronousServiceTail', rva: 0x6a0000, steps: [...push(rbx, rsi, r14), alloc(0x1068)] },
    { name: 'NtReadFile', rva: 0x6ab000, steps: [...push(rbp, rbx), alloc(0x98), ['frame', 0x60]] },
    { name: 'PspSystemThreadStartup', rva: 0x105000, steps: [...push(rbx), alloc(0x40)] },
    plain('KiStartSystemThread', 0x1bb000),
    fault('KiPageFault', 0x1c4000),
    fault('KiGeneralProtectionFault', 0x1c4400),
    fault('KiDoubleFaultAbort', 0x1c4800),
    trap('KiInterruptDispatchNoLockNoEtw', 0x1c4c00),
    { name: 'KiExceptionDispatch', rva: 0x1c5800, steps: [alloc(0x1d8), ['save', rbx, 0x100]] },
    { name: 'KiDispatchException', rva: 0x1c6000, steps: [...push(rbp, rbx), alloc(0x498)] },
    { name: 'RtlDispatchException', rva: 0x1c6800, steps: [...push(rbx, rsi), alloc(0x418)] },
    plain('RtlpExecuteHandlerForException', 0x1c7000),
    plain('_C_specific_handler', 0x1c7400, 0x68),
    plain('PspSystemThreadStartup$filt$0', 0x1c7800),
    plain('PspUnhandledExceptionInSystemThread', 0x1c7c00),
    plain('KiSystemServiceHandler', 0x1c8000),
    { name: 'MmAccessFault', rva: 0x1c8400, steps: [...push(rbx, rbp), alloc(0x1a8)] },
    plain('MiSystemFault', 0x1c8c00, 0x128),
    { name: 'KiRetireDpcList', rva: 0x1c9000, steps: [...push(rbx), alloc(0x560)] },
    plain('KiExecuteAllDpcs', 0x1c9400, 0x148),
    plain('KiProcessExpiredTimerList', 0x1c9600, 0xe8),
    plain('KiIdleLoop', 0x1c9800, 0x38),
    plain('KeAccumulateTicks', 0x1c9c00, 0x68),
    plain('KeClockInterruptNotify', 0x1ca000, 0x58),
    plain('KiCallInterruptServiceRoutine', 0x1ca400, 0x48),
    plain('PopIrpWatchdog', 0x1ca800, 0x38),
    plain('PopIrpWatchdogBugcheck', 0x1cac00, 0x48),
    plain('VerifierBugCheckIfAppropriate', 0x1cb000, 0x48),
    plain('PnpBugcheckPowerTimeout', 0x1cd000, 0x48),
    plain('KeWaitForSingleObject', 0x1cd400, 0x98),
    plain('KiSwapThread', 0x1cd800, 0x88),
    plain('KiSwapContext', 0x1cdc00, 0x138),
    plain('VerifierExFreePool', 0x1cb400, 0x38),
    plain('KiSystemServiceCopyEnd', 0x1cb800, 0x168),
    plain('NtDeviceIoControlFile', 0x6ac000, 0x68),
    plain('NtTerminateProcess', 0x6ad000, 0x58),
    plain('PspCatchCriticalBreak', 0x6ad400, 0x48),
    plain('ExFreePoolWithTag', 0x1cbc00, 0x98),
  ],
};

const hal: ImagePlan = {
  ...{ name: 'hal.dll', path: '\\SystemRoot\\system32\\hal.dll', base: 0xfffff80736800000n, size: 0x9f000 },
  ...{ version: [10, 0, 17763, 557], company: microsoft, description: 'Hardware Abstraction Layer DLL' },
  ...{ stamp: 0x1a2b3c4d, pdb: 'hal.pdb' },
  functions: [
    { name: 'HalpPause', rva: 0x1000, steps: [] },
    plain('HalpTimerClockInterrupt', 0x2000),
    plain('HalpBuildScatterGatherList', 0x3000, 0x88),
  ],
};

const filterManager: ImagePlan = {
  ...{ name: 'FLTMGR.SYS', path: '\\SystemRoot\\System32\\drivers\\FLTMGR.SYS' },
  ...{ base: 0xfffff80737480000n, size: 0x6f000, version: [10, 0, 17763, 379], company: microsoft },
  ...{ description: 'Microsoft Filesystem Filter Manager', stamp: 0x7d3a1c22, pdb: 'fltMgr.pdb' },
  functions: [
    { name: 'FltpDispatch', rva: 0x1000, steps: [...push(rbx), alloc(0x50)] },
    { name: 'FltpPerformPreCallbacks', rva: 0x2000, steps: [...push(rdi, r12), alloc(0xa8)] },
  ],
};

const ntfs: ImagePlan = {
  ...{ name: 'Ntfs.sys', path: '\\SystemRoot\\System32\\drivers\\Ntfs.sys' },
  ...{ base: 0xfffff807375f0000n, size: 0x28d000, version: [10, 0, 17763, 592], company: microsoft },
  ...{ description: 'NT File System Driver', stamp: 0x3885b4cf, pdb: 'ntfs.pdb', isReproducible: true },
  functions: [
    {
      ...{ name: 'NtfsCommonRead', rva: 0x4e000, chainedFrom: 0x14 },
      steps: [...push(rbp, rbx, r15), alloc(0x2a8), ['frame', 0x80]],
    },
    { name: 'NtfsFsdRead', rva: 0x8000, steps: [...push(rsi, rdi), alloc(0x150)] },
    { name: 'NtfsRemoveScb', rva: 0xfefd0, steps: [...push(rbx, rdi), alloc(0x28)] },
  ],
};

const acmeFilter: ImagePlan = {
  ...{ name: 'acmeflt.sys', path: '\\SystemRoot\\system32\\DRIVERS\\acmeflt.sys' },
  ...{ base: 0xfffff80738a00000n, size: 0x1a000, version: [4, 2, 1, 77], company: 'Acme Storage GmbH' },
  ...{ description: 'Acme File System Filter Driver', stamp: 0x5b8d7e11, pdb: 'd:\\acme\\filter\\acmeflt.pdb' },
  functions: [
    { name: 'AcmePreRead', rva: 0x1000, steps: [...push(rbx, rsi), alloc(0x48)] },
    { name: 'AcmePostRead', rva: 0x2000, steps: [...push(rbx), alloc(0x40)] },
  ],
};

/** Drivers of a machine with an USB device and a network card of other companies, beside those of every scenario. */
export const deviceDrivers: readonly ImagePlan[] = [
  {
    ...{ name: 'Wdf01000.sys', path: '\\SystemRoot\\system32\\drivers\\Wdf01000.sys' },
    ...{ base: 0xfffff80738c00000n, size: 0xd5000, version: [1, 27, 17763, 1], company: microsoft },
    ...{ description: 'Kernel Mode Driver Framework Runtime', stamp: 0x6a1b2c3d, pdb: 'Wdf01000.pdb' },
    functions: [
      { name: 'FxIoQueue::DispatchEvents', rva: 0x3000, steps: [...push(rbx, rdi), alloc(0x78)] },
      { name: 'FxDevice::Dispatch', rva: 0x5000, steps: [...push(rbx), alloc(0x60)] },
    ],
  },
  {
    ...{ name: 'UsbHub3.sys', path: '\\SystemRoot\\System32\\drivers\\UsbHub3.sys' },
    ...{ base: 0xfffff80738d00000n, size: 0x9c000, version: [10, 0, 17763, 404], company: microsoft },
    ...{ description: 'USB3 HUB Driver', stamp: 0x2f1e3d4c, pdb: 'UsbHub3.pdb' },
    functions: [plain('HUBPDO_EvtDeviceWdmIrpPreprocess', 0x4000, 0x48)],
  },
  {
    ...{ name: 'acmeusb.sys', path: '\\SystemRoot\\System32\\drivers\\acmeusb.sys' },
    ...{ base: 0xfffff80738e00000n, size: 0x22000, version: [2, 0, 9, 1], company: 'Acme Devices Ltd' },
    ...{ description: 'Acme USB Dongle Driver', stamp: 0x5a5a1234, pdb: 'C:\\build\\acmeusb\\x64\\acmeusb.pdb' },
    functions: [
      { name: 'AcmeUsbReadComplete', rva: 0x1000, steps: [...push(rbx), alloc(0x30)] },
      { name: 'AcmeUsbIoctl', rva: 0x2000, steps: [...push(rbx, rsi), alloc(0x38)] },
      { name: 'AcmeUsbWorker', rva: 0x3000, steps: [...push(rdi), alloc(0x70)] },
      { name: 'AcmeUsbRecurse', rva: 0x4000, steps: [...push(rbx), alloc(0x200)] },
      { name: 'AcmeUsbPower', rva: 0x5000, steps: [...push(rbx), alloc(0x40)] },
    ],
  },
  {
    ...{ name: 'ndis.sys', path: '\\SystemRoot\\system32\\drivers\\ndis.sys' },
    ...{ base: 0xfffff80738f00000n, size: 0x15f000, version: [10, 0, 17763, 503], company: microsoft },
    ...{ description: 'Network Driver Interface Specification (NDIS)', stamp: 0x7f00a1b2, pdb: 'ndis.pdb' },
    functions: [{ name: 'ndisInterruptDpc', rva: 0x6000, steps: [...push(rbx, rdi), alloc(0xc8)] }],
  },
  {
    ...{ name: 'acmenet.sys', path: '\\SystemRoot\\System32\\drivers\\acmenet.sys' },
    ...{ base: 0xfffff80739100000n, size: 0x31000, version: [12, 18, 9, 23], company: 'Acme Networks Inc.' },
    ...{ description: 'Acme Gigabit Ethernet Miniport', stamp: 0x5c0ffee1, pdb: 'acmenet.pdb' },
    functions: [
      { name: 'AcmeNetInterruptDpc', rva: 0x1000, steps: [...push(rbx), alloc(0x60)] },
      { name: 'AcmeNetPollRing', rva: 0x2000, steps: [...push(rsi), alloc(0x20)] },
    ],
  },
];

/** Drivers that every synthetic kernel has loaded, in the order of its list. */
export const basicDrivers: readonly ImagePlan[] = [kernel, hal, filterManager, ntfs, acmeFilter];

/** Drivers that were loaded before. */
export const unloadedDrivers = [
  { name: 'acmescan.sys', from: 0xfffff80739200000n, to: 0xfffff80739218000n },
  { name: 'dump_stornvme.sys', from: 0xfffff80739300000n, to: 0xfffff80739329000n },
];
