/** One parameter of a bugcheck. */
export interface BugcheckParameter {
  /** `0x…` */
  value: string;
  /** What it stands for and, where known, what its value means; null when unknown or not used. */
  meaning: string | null;
}

/** Why Windows stopped. */
export interface BugcheckFacts {
  /** `0x…` */
  code: string;
  name: string;
  parameters: BugcheckParameter[];
}

/** Why a process stopped. */
export interface ExceptionFacts {
  code: string;
  name: string | null;
  address: string;
}

/** Whether the file holds all that its header promises. */
export interface Completeness {
  verdict: 'complete' | 'truncated' | 'unknown';
  foundBytes: number;
  /** Least size of the whole file; null when the header does not tell. */
  expectedBytes: number | null;
  reason: string;
  /** What is damaged, missing or was never written though the file may be as large as it should be; each in plain words. */
  flaws?: string[];
}

/**
 * full: all memory; active: all but idle memory; kernel: kernel memory only; triage: the small dump; header-only: no
 * memory at all; user: one process.
 */
export type DumpKind = 'full' | 'active' | 'kernel' | 'triage' | 'header-only' | 'user';

/** What a dump says about itself. Null: it does not say. */
export interface DumpFacts {
  format: 'kernel-dump-64' | 'kernel-dump-32' | 'user-minidump';
  kind: DumpKind;
  bugcheck: BugcheckFacts | null;
  /** Of a user dump. */
  exception: ExceptionFacts | null;
  machine: string;
  osBuild: number | null;
  osName: string | null;
  processors: number | null;
  /** UTC, ISO 8601. */
  crashedAt: string | null;
  /** Of the system; of a user dump: of the process. */
  uptimeSeconds: number | null;
  completeness: Completeness;
}

/** Where a dump told of a module. */
export type ModuleSource = 'driver-list' | 'module-list' | 'module-stream' | 'image-scan';

/** A program, library or driver that was loaded. Null: the dump does not say. */
export interface Module {
  /** The file's name without its folder. */
  name: string;
  /** As the dump writes it, with its folder. */
  path: string | null;
  base: string;
  size: number;
  /** Of the image's header, as `0x…`: often a build id, not a date. */
  timeDateStamp: string | null;
  /** Whether the image itself says that its time stamp is a hash of its content; left out when it was not looked at. */
  isBuildId?: boolean;
  checksum: string | null;
  fileVersion: string | null;
  productVersion: string | null;
  product: string | null;
  company: string | null;
  description?: string | null;
  /** Said when version and company are not from this dump, but from an earlier one with the same build of the image. */
  versionFrom?: 'earlier dump';
  /** Which symbol file belongs to it; `id` as symbol servers write it. */
  codeView: { file: string; id: string } | null;
  source: ModuleSource;
}

/** A module that was loaded before, and where. */
export interface UnloadedModule {
  name: string;
  base: string;
  size: number;
  timeDateStamp: string | null;
}

/**
 * How a return address was found. context: the registers themselves; unwind: by the image's own unwind data;
 * cfi-chained: by unwind data, after a frame that was not found that way; frame-pointer: by the chain of frame pointers
 * that x86 and ARM64 code keeps; scan: a value on the stack that points into code.
 */
export type FrameTrust = 'context' | 'unwind' | 'cfi-chained' | 'frame-pointer' | 'scan';

/** One step of the call stack, innermost first. */
export interface Frame {
  address: string;
  module: string | null;
  /** Of the address from the module's base, `0x…`. */
  offset: string | null;
  trust: FrameTrust;
  /** Where on the stack it was found. */
  stackPointer: string | null;
  /**
   * From 0 to 1. A scanned value is weighed by what is known of it: whether a call precedes the address that it points
   * to, and whether it looks like the start of a function, which no return address is.
   */
  confidence: number;
  /** Nearest exported name, such as `KeBugCheckEx+0x0`; null when the image or its names are not in the dump. */
  symbol: string | null;
}

/** Where it crashed: the registers that belong to the fault, which are often not those of the bugcheck itself. */
export interface Crash {
  address: string;
  module: string | null;
  offset: string | null;
  /** Where these registers were found: `context record of parameter 4`, `context of the header`, … */
  from: string;
  registers: Record<string, string>;
  /** The exception that belongs to them. */
  exception: { code: string; name: string | null; address: string; parameters: string[] } | null;
}

/** A thread of a user dump. */
export interface Thread {
  id: number;
  name: string | null;
  instructionPointer: string | null;
  stackPointer: string | null;
  stackBytes: number;
  crashed: boolean;
}

/** What the firmware and the processor say of the machine. */
export interface Hardware {
  system: { manufacturer: string | null; product: string | null } | null;
  board: { manufacturer: string | null; product: string | null; version: string | null } | null;
  bios: { vendor: string | null; version: string | null; date: string | null } | null;
  memory: {
    locator: string | null;
    megabytes: number | null;
    speed: number | null;
    manufacturer: string | null;
    partNumber: string | null;
  }[];
  processor: { vendor: string | null; name: string | null; megahertz: number | null; microcode: string | null } | null;
}

/** Which memory a dump holds. */
export interface MemoryHeld {
  /** physical: pages of the machine; virtual: pieces of address spaces, as in small dumps and dumps of a process. */
  space: 'physical' | 'virtual';
  bytes: number;
  /** How many pieces without a hole in them. */
  pieces: number;
  /** The largest of them, 64 at most, by address. */
  largest: { from: string; bytes: number }[];
  /** Of physical memory: the first address above all pieces. */
  endsAt: string | null;
  /** Of physical memory, divided into at most 256 equal parts from 0 to `endsAt`: how much of each is held, 0 to 1. */
  density: number[];
}

/** Who is to blame as far as can be told, and why. */
export interface Culprit {
  /** The module's name; null: unknown, which is an answer too. */
  name: string | null;
  fileVersion: string | null;
  company: string | null;
  confidence: 'high' | 'medium' | 'low';
  /** What speaks for it, strongest first, in plain words. */
  reasons: string[];
  /** Others that come close, with what speaks most for each; left out when nobody does. */
  alternatives?: { name: string; fileVersion: string | null; company: string | null; reason: string }[];
}

interface KernelObjectBase {
  /** `0x…` */
  address: string;
  /** How it was reached: `parameter 4`, `driver of 0x…`, `above 0x…`, … */
  from: string;
  /** The parameter that names it, counted from 1; null: it was found by way of another object. */
  parameter: number | null;
  /** Name of the driver object behind it, such as `\Driver\acmeusb`. */
  driver: string | null;
  /** The module that holds the driver's code. */
  module: string | null;
}

/** A device, and its neighbours in its device stack. */
export interface DeviceObject extends KernelObjectBase {
  what: 'device';
  above: string | null;
  below: string | null;
  /** Of a physical device: what plug and play calls it, such as `USB\VID_04D8&PID_0033\5&46fa7b7&0&1`. */
  instancePath: string | null;
  /** Of a physical device: the service that was chosen for it. */
  service: string | null;
}

/** A driver, and where its code lies. */
export interface DriverObject extends KernelObjectBase {
  what: 'driver';
  base: string;
  size: number;
}

/** One location of an I/O request: what one driver of the stack is asked for. */
export interface IrpLocation {
  /** Counted from 1, the lowest one. */
  index: number;
  isCurrent: boolean;
  /** `IRP_MJ_…` and `IRP_MN_…` */
  majorFunction: string;
  minorFunction: string | null;
  device: string | null;
  driver: string | null;
  module: string | null;
  isPending: boolean;
  /** The module that wants to hear of its completion. */
  completionModule: string | null;
}

/** An I/O request (IRP); driver and module are those at which it stands. */
export interface IrpObject extends KernelObjectBase {
  what: 'irp';
  currentLocation: number;
  stackCount: number;
  locations: IrpLocation[];
}

/** A block of kernel memory, as its header tells. */
export interface PoolObject extends KernelObjectBase {
  what: 'pool';
  tag: string;
  bytes: number | null;
  /** The file that owns the tag, by Microsoft's list. */
  owner: string | null;
}

/** A process that the bugcheck names. */
export interface ProcessObject extends KernelObjectBase {
  what: 'process';
  name: string | null;
  id: number | null;
}

/** A thread that the bugcheck names, such as one that holds a lock; its stack is scanned first and unwound from there. */
export interface ThreadObject extends KernelObjectBase {
  what: 'thread';
  /** From where it waits outwards; empty when its stack is not in the dump. */
  frames: Frame[];
}

/** A place in a driver's code, or a text that names a driver. */
export interface CodeObject extends KernelObjectBase {
  what: 'code';
}
export interface NameObject extends KernelObjectBase {
  what: 'name';
  name: string;
}

/** What a bugcheck's parameters lead to. */
export type KernelObject =
  DeviceObject | DriverObject | IrpObject | PoolObject | ProcessObject | ThreadObject | CodeObject | NameObject;

/** Whether Driver Verifier and special pool were on, which make mistakes of drivers show earlier. */
export interface Verifier {
  active: boolean;
  specialPool: boolean;
  /** As `verifier /flags` takes them; null: not in the dump. */
  flags: string | null;
  options: string[];
  /** Drivers that it was told to watch. */
  drivers: string[];
}

/** All that this reader finds in a dump: the facts of its beginning, and what its inside tells. */
export interface DumpReport extends DumpFacts {
  crash: Crash | null;
  culprit: Culprit | null;
  process: { name: string | null; id: number | null } | null;
  modules: Module[];
  unloadedModules: UnloadedModule[];
  /** From the crash outwards. */
  stack: Frame[];
  /** What the system itself did between the crash and the bugcheck, innermost first; never the cause. */
  reportingStack: Frame[];
  threads: Thread[];
  hardware: Hardware | null;
  /** Data that drivers and the system added; how many of each. */
  secondaryData: { guid: string; name: string | null; bytes: number }[];
  comments: string[];
  /** Of the kernel or of Windows as a whole, such as `19041.1.amd64fre.vb_release.191206-1406`. */
  buildLab: string | null;
  /** The driver that Windows itself noted as broken. */
  blamedBySystem: string | null;
  /** What the bugcheck's parameters lead to: devices, drivers, I/O requests, memory, processes. */
  objects: KernelObject[];
  /** Null: nothing tells of it. */
  verifier: Verifier | null;
  /** The kernel stack of the thread that crashed: where it ends and begins, and what of it was in use. */
  kernelStack: { thread: string; limit: string; base: string; usedBytes: number } | null;
  /** Of a user dump: how many handles of each type. */
  handles: { type: string; count: number }[];
  /** What could not be read and why: said once each, in plain words. */
  notes: string[];
  /** Of a 32-bit kernel dump: whether addresses were translated with physical address extension. */
  usesPae: boolean | null;
  memory: MemoryHeld | null;
  /** What Windows noted about the dump itself: `live-dump`, `filtered`, `encrypted`, … */
  attributes: string[];
}

/** What the inside of a dump adds to the facts of its beginning; it may know better whether the dump is complete. */
export type DumpInside = Partial<Omit<DumpReport, Exclude<keyof DumpFacts, 'completeness'>>>;
