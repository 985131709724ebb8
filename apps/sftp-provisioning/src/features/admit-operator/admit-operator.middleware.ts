import type { IncomingMessage, ServerResponse } from 'node:http';
import { createHash, timingSafeEqual } from 'node:crypto';

/** Stands before the doors of operators and asks for their key. Without a key in the settings they stay shut. */
export function askForKey(expected: string | undefined) {
  return (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    if (expected === undefined) {
      refuse(response, 403, 'Doors of operators are shut', 'SPACES_API_KEY is not set; set it to open them');
      return;
    }
    if (isSame(request.headers.authorization ?? '', `Bearer ${expected}`)) {
      next();
      return;
    }
    response.setHeader('www-authenticate', 'Bearer');
    const detail = 'expected the header "Authorization: Bearer <API key>" with the key of upload spaces';
    refuse(response, 401, 'Not authorised', detail);
  };
}

/** Takes as long for a wrong key as for the right one. */
function isSame(found: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(found), digest(expected));
}

function refuse(response: ServerResponse, status: number, title: string, detail: string): void {
  response.statusCode = status;
  response.setHeader('content-type', 'application/problem+json; charset=utf-8');
  response.end(JSON.stringify({ type: 'about:blank', title, status, detail }));
}
