import { hex } from './fields.js';

/** Exception and status codes that dumps name often. Names as in ntstatus.h of the Windows SDK. */
const names: ReadonlyMap<number, string> = new Map([
  [0x40010005, 'DBG_CONTROL_C'],
  [0x40010006, 'DBG_PRINTEXCEPTION_C'],
  [0x80000001, 'STATUS_GUARD_PAGE_VIOLATION'],
  [0x80000002, 'STATUS_DATATYPE_MISALIGNMENT'],
  [0x80000003, 'STATUS_BREAKPOINT'],
  [0x80000004, 'STATUS_SINGLE_STEP'],
  [0xc0000005, 'STATUS_ACCESS_VIOLATION'],
  [0xc0000006, 'STATUS_IN_PAGE_ERROR'],
  [0xc0000008, 'STATUS_INVALID_HANDLE'],
  [0xc000000d, 'STATUS_INVALID_PARAMETER'],
  [0xc000000e, 'STATUS_NO_SUCH_DEVICE'],
  [0xc0000017, 'STATUS_NO_MEMORY'],
  [0xc000001d, 'STATUS_ILLEGAL_INSTRUCTION'],
  [0xc0000025, 'STATUS_NONCONTINUABLE_EXCEPTION'],
  [0xc0000026, 'STATUS_INVALID_DISPOSITION'],
  [0xc000003e, 'STATUS_DATA_ERROR'],
  [0xc000003f, 'STATUS_CRC_ERROR'],
  [0xc000008c, 'STATUS_ARRAY_BOUNDS_EXCEEDED'],
  [0xc000008e, 'STATUS_FLOAT_DIVIDE_BY_ZERO'],
  [0xc0000094, 'STATUS_INTEGER_DIVIDE_BY_ZERO'],
  [0xc0000095, 'STATUS_INTEGER_OVERFLOW'],
  [0xc0000096, 'STATUS_PRIVILEGED_INSTRUCTION'],
  [0xc000009a, 'STATUS_INSUFFICIENT_RESOURCES'],
  [0xc000009c, 'STATUS_DEVICE_DATA_ERROR'],
  [0xc000009d, 'STATUS_DEVICE_NOT_CONNECTED'],
  [0xc00000b5, 'STATUS_IO_TIMEOUT'],
  [0xc00000fd, 'STATUS_STACK_OVERFLOW'],
  [0xc000016a, 'STATUS_DISK_OPERATION_FAILED'],
  [0xc0000185, 'STATUS_IO_DEVICE_ERROR'],
  [0xc000021a, 'STATUS_SYSTEM_PROCESS_TERMINATED'],
  [0xc0000374, 'STATUS_HEAP_CORRUPTION'],
  [0xc0000409, 'STATUS_STACK_BUFFER_OVERRUN'],
  [0xc0000417, 'STATUS_INVALID_CRUNTIME_PARAMETER'],
  [0xc0000420, 'STATUS_ASSERTION_FAILURE'],
  [0xc06d007e, 'VCPPEXCEPTION_MODULE_NOT_FOUND'],
  [0xe0434352, 'a .NET exception'],
  [0xe06d7363, 'a C++ exception'],
]);

/** The name of a status code; null when it is not among the common ones. The kernel widens codes to 64 bits. */
export function statusName(code: number | bigint): string | null {
  return names.get(low32(code)) ?? null;
}

/** A status code with its name, such as `0xc0000005 STATUS_ACCESS_VIOLATION`. */
export function describeStatus(code: number | bigint): string {
  const name = statusName(code);
  return name === null ? hex(low32(code)) : `${hex(low32(code))} ${name}`;
}

/** The lower half of a widened code: 0xffffffffc0000005 is 0xc0000005. */
export function low32(code: number | bigint): number {
  return Number(BigInt.asUintN(32, BigInt(code)));
}
