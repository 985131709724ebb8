import { createHash, timingSafeEqual } from 'node:crypto';

export interface Credentials {
  user: string;
  password: string;
}

/** Paths that machines read without a password: nothing of a case stands there. */
const openPaths = new Set(['/health/live', '/health/ready', '/metrics']);

export type Answer = 'welcome' | 'who-are-you' | 'foreign-page';

interface Request {
  method: string;
  path: string;
  authorization: string | undefined;
  origin: string | undefined;
  host: string | undefined;
}

/**
 * Decides whether a request may enter. A browser sends the password along with requests of any page, so one that
 * changes something must come from the console's own page.
 */
export function admitEngineer(request: Request, expected: Credentials): Answer {
  if (openPaths.has(request.path)) return 'welcome';
  if (!knows(request.authorization, expected)) return 'who-are-you';
  const changes = request.method !== 'GET' && request.method !== 'HEAD';
  if (changes && request.origin !== undefined && hostOf(request.origin) !== request.host) return 'foreign-page';
  return 'welcome';
}

function knows(authorization: string | undefined, expected: Credentials): boolean {
  const encoded = /^Basic ([A-Za-z0-9+/=]{1,2000})$/i.exec(authorization ?? '')?.[1] ?? '';
  const given = Buffer.from(encoded, 'base64').toString('utf8');
  return sameInConstantTime(given, `${expected.user}:${expected.password}`);
}

function sameInConstantTime(left: string, right: string): boolean {
  return timingSafeEqual(createHash('sha256').update(left).digest(), createHash('sha256').update(right).digest());
}

function hostOf(origin: string): string | null {
  try {
    return new URL(origin).host;
  } catch {
    return null;
  }
}
