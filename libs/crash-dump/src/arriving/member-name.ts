const mostCharacters = 200;

/**
 * The name of a file in an archive as text to show; never to be used as a path. Archives made on Chinese Windows hold
 * names in the system's code page without saying so.
 */
export function memberName(bytes: Uint8Array): string {
  const name = decode(bytes).replaceAll(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '\ufffd');
  if (name.length <= mostCharacters) return name || '(no name)';
  return `${name.slice(0, mostCharacters / 2)}…${name.slice(1 - mostCharacters / 2)}`;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('gb18030').decode(bytes);
  }
}
