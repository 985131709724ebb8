/**
 * Where a parameter leads. power-device: a POP_FX_DEVICE of the power manager; code: an address inside a driver's code;
 * driver-name: a text; service-start: the first letters of a service's name, in the number itself; pool-block: what an
 * allocation gave; pool-header: what lies before it; pool-tag: its four letters.
 */
export interface Lead {
  /** Counted from 1. */
  parameter: 1 | 2 | 3 | 4;
  to:
    | 'device'
    | 'driver'
    | 'irp'
    | 'power-device'
    | 'process'
    | 'thread'
    | 'code'
    | 'driver-name'
    | 'service-start'
    | 'pool-block'
    | 'pool-header'
    | 'pool-tag';
  /** Only when parameter 2 has this value. */
  second?: bigint;
}

type Leads = readonly Lead[];
type ByFirst = { always?: Leads; first?: Readonly<Record<string, Leads>>; otherwise?: Leads };

const lead = (to: Lead['to'], parameter: Lead['parameter'], second?: bigint): Lead =>
  second === undefined ? { to, parameter } : { to, parameter, second };
const inDriver: ByFirst = { always: [lead('code', 2)] };
const device2: Leads = [lead('device', 2)];
const irp2: Leads = [lead('irp', 2)];
const irp3: Leads = [lead('irp', 3)];
const header2: Leads = [lead('pool-header', 2)];
const block2: Leads = [lead('pool-block', 2)];

/** What parameters of bugchecks lead to, by parameter 1, after Microsoft's bug check code reference (CC BY 4.0). */
const leads: ReadonlyMap<number, ByFirst> = new Map<number, ByFirst>([
  [
    0x19,
    {
      first: { '0x5': [lead('pool-header', 2), lead('pool-header', 4)], '0x21': block2, '0x22': [] },
      otherwise: header2,
    },
  ],
  [0x35, { always: [lead('irp', 1)] }],
  [0x36, { always: [lead('device', 1)] }],
  [0x44, { always: [lead('irp', 1)] }],
  [0x96, { always: [lead('code', 4)] }],
  [
    0x9f,
    {
      first: {
        '0x1': device2,
        '0x2': [lead('device', 3), lead('device', 2), lead('driver', 4)],
        '0x3': [lead('irp', 4), lead('device', 2)],
        '0x4': [lead('thread', 3)],
        '0x5': [lead('device', 2), lead('power-device', 3)],
        '0x6': [lead('power-device', 2)],
        '0x500': [lead('device', 4), lead('device', 3)],
      },
    },
  ],
  [
    0xc2,
    {
      first: {
        ...{ '0x1': header2, '0x2': header2, '0x4': header2, '0x6': [lead('pool-header', 3)] },
        ...{ '0x7': [lead('pool-block', 4)], '0x9': [lead('pool-block', 4)] },
        '0xa': [lead('pool-block', 2), lead('pool-tag', 3)],
        ...{ '0xb': [lead('pool-block', 2), lead('pool-tag', 3)], '0xc': [lead('pool-block', 2), lead('pool-tag', 3)] },
        ...{ '0xd': [lead('pool-block', 2), lead('pool-tag', 3)] },
        ...{ '0x41': block2, '0x44': block2, '0x46': block2, '0x47': block2, '0x48': block2, '0x50': block2 },
        '0x99': block2,
      },
    },
  ],
  [
    0xc4,
    {
      first: {
        ...{ '0x11': [lead('pool-block', 4)], '0x12': [lead('pool-block', 4)] },
        ...{ '0x13': [lead('pool-header', 3)], '0x14': [lead('pool-header', 3)], '0x16': [lead('pool-block', 3)] },
        ...{ '0x51': block2, '0x52': block2, '0x53': block2, '0x54': block2, '0x59': block2 },
        '0x62': [lead('driver-name', 2)],
      },
    },
  ],
  [
    0xc9,
    {
      first: {
        ...{ '0x1': irp2, '0x2': irp2, '0x3': irp2, '0x4': device2, '0x5': device2, '0x6': irp3 },
        ...{ '0x7': [lead('code', 2), lead('irp', 3)], '0x8': device2, '0x9': device2, '0xa': device2 },
        ...{ '0xc': [], '0xd': [], '0xe': irp3, '0xf': [lead('device', 2), lead('irp', 3)], '0x10': [] },
        ...{ '0x11': [lead('code', 2)], '0x12': [lead('code', 2)] },
      },
      otherwise: [lead('code', 2), lead('irp', 3), lead('device', 4)],
    },
  ],
  [
    0xca,
    {
      first: {
        ...{ '0x1': [lead('device', 2), lead('device', 3)], '0x2': [lead('driver', 3), lead('device', 2)] },
        ...{ '0x3': device2, '0x4': device2, '0x5': device2, '0x8': device2, '0xa': [lead('driver', 2)] },
        '0xb': device2,
      },
    },
  ],
  [0xd8, { always: [lead('driver-name', 1)] }],
  [0xe6, { first: { '0x26': device2 } }],
  [0xea, { always: [lead('driver-name', 3), lead('thread', 1)] }],
  [0xed, { always: [lead('device', 1)] }],
  [0xef, { always: [lead('process', 1)] }],
  [0xf4, { first: { '0x3': [lead('process', 2)] } }],
  [
    0xfe,
    {
      first: {
        ...{ '0x2': [lead('irp', 3), lead('irp', 2)], '0x4': irp2 },
        '0x8': [lead('device', 3, 2n), lead('irp', 4, 2n), lead('device', 3, 4n)],
      },
    },
  ],
  [
    0x10d,
    {
      first: {
        ...{ '0x4': [lead('code', 3)], '0x6': [lead('irp', 3, 1n)], '0xc': irp3, '0xd': irp3 },
        '0xf': [lead('code', 2)],
      },
    },
  ],
  [0x116, inDriver],
  [0x117, inDriver],
  [0x13a, { always: [lead('pool-header', 3)] }],
  [0x141, inDriver],
  [0x1d5, { always: [lead('service-start', 1), lead('thread', 3)] }],
]);

/** The leads of a bugcheck, the strongest first; `code` without the bit of its variant. */
export function leadsOf(code: number, parameters: readonly bigint[]): Leads {
  const known = leads.get(code);
  if (!known) return [];
  const byFirst = known.first?.[`0x${(parameters[0] ?? 0n).toString(16)}`] ?? known.otherwise ?? [];
  return [...(known.always ?? []), ...byFirst].filter(({ second }) => second === undefined || second === parameters[1]);
}
