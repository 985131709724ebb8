/** Somebody asked for a place outside of the store, or for something there that is no file. */
export class OutsideStore extends Error {
  override readonly name = 'OutsideStore';

  constructor(readonly location: string) {
    super(`found the location ${JSON.stringify(location)}; expected the path of a file in the evidence store`);
  }
}

/** A path below the root of the store, with forward slashes; throws OutsideStore for what leads elsewhere. */
export function safeLocation(location: string): string {
  const parts = location.split('/');
  const leadsOut = parts.some((part) => part === '' || part === '.' || part === '..');
  if (leadsOut || location.includes('\0') || location.includes('\\')) throw new OutsideStore(location);
  return location;
}
