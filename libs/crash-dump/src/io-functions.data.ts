/** IRP_MJ_… of wdm.h. */
const major = [
  ...['CREATE', 'CREATE_NAMED_PIPE', 'CLOSE', 'READ', 'WRITE', 'QUERY_INFORMATION', 'SET_INFORMATION', 'QUERY_EA'],
  ...['SET_EA', 'FLUSH_BUFFERS', 'QUERY_VOLUME_INFORMATION', 'SET_VOLUME_INFORMATION', 'DIRECTORY_CONTROL'],
  ...['FILE_SYSTEM_CONTROL', 'DEVICE_CONTROL', 'INTERNAL_DEVICE_CONTROL', 'SHUTDOWN', 'LOCK_CONTROL', 'CLEANUP'],
  ...['CREATE_MAILSLOT', 'QUERY_SECURITY', 'SET_SECURITY', 'POWER', 'SYSTEM_CONTROL', 'DEVICE_CHANGE', 'QUERY_QUOTA'],
  ...['SET_QUOTA', 'PNP'],
];

/** IRP_MN_… of wdm.h for requests of power and of plug and play. */
const power = ['WAIT_WAKE', 'POWER_SEQUENCE', 'SET_POWER', 'QUERY_POWER'];
const plugAndPlay = [
  ...['START_DEVICE', 'QUERY_REMOVE_DEVICE', 'REMOVE_DEVICE', 'CANCEL_REMOVE_DEVICE', 'STOP_DEVICE'],
  ...['QUERY_STOP_DEVICE', 'CANCEL_STOP_DEVICE', 'QUERY_DEVICE_RELATIONS', 'QUERY_INTERFACE', 'QUERY_CAPABILITIES'],
  ...['QUERY_RESOURCES', 'QUERY_RESOURCE_REQUIREMENTS', 'QUERY_DEVICE_TEXT', 'FILTER_RESOURCE_REQUIREMENTS', null],
  ...[
    'READ_CONFIG',
    'WRITE_CONFIG',
    'EJECT',
    'SET_LOCK',
    'QUERY_ID',
    'QUERY_PNP_DEVICE_STATE',
    'QUERY_BUS_INFORMATION',
  ],
  ...['DEVICE_USAGE_NOTIFICATION', 'SURPRISE_REMOVAL'],
];

/** What a location of an I/O request asks for, in the names of wdm.h. */
export function ioFunctionNames(majorCode: number, minorCode: number): { major: string; minor: string | null } {
  const name = major[majorCode];
  const minors = majorCode === 0x16 ? power : majorCode === 0x1b ? plugAndPlay : [];
  const minor = minors[minorCode] ?? null;
  return {
    major: name === undefined ? `0x${majorCode.toString(16)}` : `IRP_MJ_${name}`,
    minor: minor === null ? null : `IRP_MN_${minor}`,
  };
}
