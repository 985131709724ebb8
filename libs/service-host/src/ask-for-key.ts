import type { IncomingMessage, ServerResponse } from 'node:http';
import { isSameSecret } from './same-secret.js';

interface Askers {
  /** For pages that people open: their browser may send the key as the password of any user (RFC 7617). */
  browsers?: boolean;
}

/** Stands before doors and asks for the key of a setting. Without a key in the settings they stay shut. */
export function askForKey(expected: string | undefined, setting: string, { browsers = false }: Askers = {}) {
  return (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    if (expected === undefined) {
      refuse(response, 403, 'These doors are shut', `${setting} is not set for them; set it to open them`);
      return;
    }
    const given = request.headers.authorization ?? '';
    if (isSameSecret(given, `Bearer ${expected}`) || (browsers && isSameSecret(passwordOf(given), expected))) {
      next();
      return;
    }
    response.setHeader(
      'www-authenticate',
      browsers ? ['Bearer', 'Basic realm="CaseRelay", charset="UTF-8"'] : 'Bearer',
    );
    const detail = `expected the header "Authorization: Bearer <key>" with the key of ${setting}`;
    refuse(response, 401, 'Not authorised', browsers ? `${detail}, or that key as a password` : detail);
  };
}

/** Empty when nobody gave one, which no key is. */
function passwordOf(authorization: string): string {
  const [, encoded = ''] = /^Basic ([A-Za-z0-9+/=]{1,2000})$/i.exec(authorization) ?? [];
  const [, password = ''] = /^[^:]*:([^]*)$/.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? [];
  return password;
}

function refuse(response: ServerResponse, status: number, title: string, detail: string): void {
  response.statusCode = status;
  response.setHeader('content-type', 'application/problem+json; charset=utf-8');
  response.end(JSON.stringify({ type: 'about:blank', title, status, detail }));
}
