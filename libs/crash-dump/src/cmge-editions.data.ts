/** A release of Windows 10 CMGE (神州网信政府版), a Windows 10 Enterprise G that CMIT adapts for governments in China. */
export interface CmgeEdition {
  name: string;
  /** Build of the Windows that it is made from. */
  build: number;
  base: string;
  source: string;
}

/** Only releases whose base is told by a source; V0-G and V0-H are known by name, their bases are not. */
export const cmgeEditions: readonly CmgeEdition[] = [
  { name: 'CMGE V2020-L', build: 17763, base: 'Windows 10 1809', source: 'CAS-02227 mail 15' },
  {
    name: 'CMGE V2022-L',
    build: 19044,
    base: 'Windows 10 21H2',
    source: 'https://document.cmgos.com/release_notes/release_notes',
  },
];
