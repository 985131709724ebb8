/**
 * The name of an archive's member as text to show; never used as a path. Archives made on Chinese Windows hold names in
 * the system's code page without saying so.
 */
export function memberName(bytes: Uint8Array): string {
  let name: string;
  try {
    name = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    name = new TextDecoder('gb18030').decode(bytes);
  }
  const shown = name.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '\ufffd');
  return shown.length > 200 ? `${shown.slice(0, 100)}…${shown.slice(-99)}` : shown || '(no name)';
}
