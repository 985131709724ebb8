/** What one method of a mail server in front said, such as `dmarc=pass header.from=partner.example`. */
export interface MethodResult {
  method: string;
  result: string;
  /** Such as `header.from` or `smtp.mailfrom`, by lower-case name. */
  properties: Readonly<Record<string, string>>;
}

/** What comes later of a mail is not looked at. */
export const longestHeaders = 256 * 1024;
const longestValue = 20_000;
const mostResults = 50;

/**
 * The results that the mail server called `authservId` wrote into the topmost `Authentication-Results` header of its name
 * (RFC 8601); null when there is none. The server has to remove such headers that came with the mail, as the RFC says in
 * section 5: whoever is named here is believed.
 */
export function authenticationResults(raw: Buffer, authservId: string): MethodResult[] | null {
  for (const value of headersOf(raw, 'authentication-results')) {
    const [identity = '', ...results] = withoutComments(value.slice(0, longestValue)).split(';');
    if (identity.trim().split(/\s+/)[0]?.toLowerCase() !== authservId.toLowerCase()) continue;
    return results.slice(0, mostResults).flatMap((result) => resultOf(result) ?? []);
  }
  return null;
}

function resultOf(text: string): MethodResult | null {
  const [first = '', ...rest] = text.trim().split(/\s+/);
  const [method = '', result = ''] = first.toLowerCase().split('=');
  if (method === '' || result === '') return null;
  const properties = rest.flatMap((part): [string, string][] => {
    const at = part.indexOf('=');
    return at < 1
      ? []
      : [
          [
            part.slice(0, at).toLowerCase(),
            part
              .slice(at + 1)
              .replaceAll('"', '')
              .toLowerCase(),
          ],
        ];
  });
  // A method may carry its version, as in `dkim/1`.
  return { method: method.split('/')[0] ?? '', result, properties: Object.fromEntries(properties) };
}

/** Values of a header, unfolded, topmost first. */
function headersOf(raw: Buffer, name: string): string[] {
  const head = raw.subarray(0, longestHeaders).toString('latin1');
  const end = /\r?\n\r?\n/.exec(head)?.index ?? head.length;
  const lines = head
    .slice(0, end)
    .replaceAll(/\r?\n[ \t]+/g, ' ')
    .split(/\r?\n/);
  return lines.flatMap((line) => {
    const colon = line.indexOf(':');
    return line.slice(0, colon).trimEnd().toLowerCase() === name ? [line.slice(colon + 1)] : [];
  });
}

/** Comments may be nested (RFC 5322, section 3.2.2). */
function withoutComments(text: string): string {
  let depth = 0;
  let kept = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === '\\' && depth > 0) at += 1;
    else if (character === '(') depth += 1;
    else if (character === ')' && depth > 0) depth -= 1;
    else if (depth === 0) kept += character;
  }
  return kept;
}
