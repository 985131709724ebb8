/** What lies in the store is not what was put there: changed, exchanged or cut by somebody, or by the disk. */
export class DamagedEvidence extends Error {
  override readonly name = 'DamagedEvidence';

  constructor(location: string, found: string) {
    super(`the evidence at ${location} is damaged: ${found}; bring it back from a backup`);
  }
}
