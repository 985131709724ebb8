/**
 * Owners of pool tags that Microsoft's own list tells of (pooltag.txt of its debugging tools and resource kit); `?` stands
 * for any character. Tags of generic kernel objects (`File`, `Irp `, …) are left out: whoever asked for them owns them.
 */
const owners: readonly (readonly [file: string, ...tags: string[]])[] = [
  ['i8042prt.sys', '8042'],
  ['acpi.sys', 'Acp?', 'ACPI'],
  ['afd.sys', 'Afd?'],
  ['bthport.sys', 'BTHP', 'BthS', 'HCID', 'HCIT', 'L2CA', 'SdpC', 'SdpD', 'SdpI'],
  ['bthenum.sys', 'BTME'],
  ['rfcomm.sys', 'RfAD', 'RfBB', 'RfBT', 'RfCB', 'RfCH', 'RfCN', 'RfDA', 'RfFR', 'RfRX', 'RfPP', 'RfWR'],
  ['cdfs.sys', 'Cdcc', 'Cddn', 'Cdee', 'Cdfd', 'Cdfi', 'Cdfl', 'Cdfn', 'Cdfs', 'Cdft', 'Cdic', 'Cdio', 'Cdvd', 'Cdvp'],
  ['classpnp.sys', 'CPnp', 'ScB?', 'ScIO', 'ScL?', 'ScNo', 'ScDb'],
  ['fastfat.sys', 'Fat ', 'Fat?'],
  ['hal.dll', 'Hal ', 'CmcD', 'CmcK', 'CmcT', 'CpeD', 'CpeK', 'CpeT', 'McaC', 'McaD', 'McaK', 'McaP', 'McaT'],
  ['ndis.sys', 'ND  ', 'NDam', 'NDan', 'NDdb', 'NDlb', 'NDmb', 'NDob', 'NDpb', 'NDpp', 'NDrl', 'NDwi'],
  ['npfs.sys', 'NpF?'],
  ['ntfs.sys', 'Ntf?', 'NtF?'],
  ['pci.sys', 'PciB'],
  ['pcmcia.sys', 'Pcmc'],
  ['processr.sys', 'Prcr'],
  ['serial.sys', 'COMX'],
  ['win32k.sys', 'Gdwd', 'Gh ?', 'Gla?'],
  [
    'ntoskrnl.exe',
    ...['Cc  ', 'Cc??', 'CM  ', 'CM??', 'Io  ', 'IoEr', 'IoNm', 'IoTi', 'Irp+', 'Irpl', 'Mm  ', 'Mm??', 'ObSq', 'ObCi'],
    ...['ObDi', 'ObHd', 'ObNm', 'Obtb', 'ObSc', 'FS??', 'POWI', 'Pp??', 'Se  ', 'Se??', 'Arb?', 'Call'],
  ],
];

const patterns = owners
  .flatMap(([file, ...tags]) => tags.map((tag) => ({ file, tag })))
  .sort((a, b) => a.tag.split('?').length - b.tag.split('?').length);

/** The file that owns a pool tag; null when Microsoft's list does not tell. */
export function ownerOfPoolTag(tag: string): string | null {
  const found = patterns.find((one) => [...one.tag].every((letter, index) => letter === '?' || letter === tag[index]));
  return tag.length === 4 ? (found?.file ?? null) : null;
}
