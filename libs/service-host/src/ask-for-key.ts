import type { IncomingMessage, ServerResponse } from 'node:http';
import { isSameSecret } from './same-secret.js';

/** Stands before doors and asks for the key of a setting. Without a key in the settings they stay shut. */
export function askForKey(expected: string | undefined, setting: string) {
  return (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    if (expected === undefined) {
      refuse(response, 403, 'These doors are shut', `${setting} is not set for them; set it to open them`);
      return;
    }
    if (isSameSecret(request.headers.authorization ?? '', `Bearer ${expected}`)) {
      next();
      return;
    }
    response.setHeader('www-authenticate', 'Bearer');
    const detail = `expected the header "Authorization: Bearer <key>" with the key of ${setting}`;
    refuse(response, 401, 'Not authorised', detail);
  };
}

function refuse(response: ServerResponse, status: number, title: string, detail: string): void {
  response.statusCode = status;
  response.setHeader('content-type', 'application/problem+json; charset=utf-8');
  response.end(JSON.stringify({ type: 'about:blank', title, status, detail }));
}
