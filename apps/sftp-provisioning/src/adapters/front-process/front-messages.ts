/** Plain data that both processes understand. Secrets travel here alone: never in arguments or in the environment. */
export interface FrontOrder<Settings> {
  settings: Settings;
  /** The case clock as it runs in the service. */
  clock: { speed: number; startsAt: Date; startedAt: Date };
}

export interface Listening {
  port: number;
  hostKeyFingerprint: string;
  /** The host key as it stands in `known_hosts`. */
  hostKey: string;
  /** Where the front takes uploads of browsers, on this machine alone; another one after each start. */
  browsers: { port: number; secret: string };
}

/** What goes on in the front at the moment. */
export interface FrontLoad {
  connections: number;
  sessions: number;
  transfers: number;
  residentBytes: number;
}

export type ToFront<Settings> =
  { type: 'open'; order: FrontOrder<Settings> } | { type: 'end-sessions'; spaceId: string } | { type: 'stop' };

export type FromFront =
  | ({ type: 'listening' } & Listening)
  | { type: 'failed'; fault: string }
  /** Something new lies in the outbox. */
  | { type: 'told' }
  /** Comes every second: the front is not caught in a loop. */
  | { type: 'sign-of-life'; isListening: boolean; load: FrontLoad };
