import type { IncomingMessage, ServerResponse } from 'node:http';
import { admitEngineer, type Credentials } from './admit-engineer.js';

/** Stands before every route of the console and asks for the password. */
export function askForPassword(expected: Credentials) {
  return (request: IncomingMessage & { originalUrl?: string }, response: ServerResponse, next: () => void): void => {
    const answer = admitEngineer(
      {
        method: request.method ?? 'GET',
        path: (request.originalUrl ?? request.url ?? '/').split('?')[0] ?? '/',
        authorization: request.headers.authorization,
        origin: request.headers.origin,
        host: request.headers.host,
      },
      expected,
    );
    switch (answer) {
      case 'welcome':
        next();
        return;
      case 'who-are-you':
        response.setHeader('www-authenticate', 'Basic realm="CaseRelay console", charset="UTF-8"');
        refuse(
          response,
          401,
          'Password needed',
          'expected HTTP Basic credentials of the console (CONSOLE_USER, CONSOLE_PASSWORD)',
        );
        return;
      case 'foreign-page':
        refuse(
          response,
          403,
          'Foreign page',
          `found origin ${request.headers.origin}; expected the console's own page`,
        );
    }
  };
}

function refuse(response: ServerResponse, status: number, title: string, detail: string): void {
  response.statusCode = status;
  response.setHeader('content-type', 'application/problem+json; charset=utf-8');
  response.end(JSON.stringify({ type: 'about:blank', title, status, detail }));
}
