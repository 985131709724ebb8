/** Where clamd listens: a socket in the file system, or a host and port. */
export type ClamdAddress = { readonly path: string } | { readonly host: string; readonly port: number };

/** Reads `unix:/path` or `tcp:host:port`, an IPv6 address in brackets; null when it is neither. */
export function readClamdAddress(text: string): ClamdAddress | null {
  const [, path] = /^unix:(\/[^\0]{1,106})$/.exec(text) ?? [];
  if (path !== undefined) return { path };
  const [, bracketed, name, digits] = /^tcp:(?:\[([\da-f:.]+)\]|([\w.-]+)):(\d{1,5})$/i.exec(text) ?? [];
  const host = bracketed ?? name;
  const port = Number(digits);
  return host !== undefined && port >= 1 && port <= 65_535 ? { host, port } : null;
}
