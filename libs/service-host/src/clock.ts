/**
 * The time that cases live in. With `speed` 1 it is the wall clock. A faster clock lets a demo live weeks in minutes
 * with the same code: it read `startsAt` at the real instant `startedAt` and has run `speed` times as fast since.
 */
export class Clock {
  constructor(
    private readonly settings: { speed: number; startsAt: Date; startedAt: Date },
    private readonly realNow: () => number = Date.now,
  ) {}

  static real(): Clock {
    return new Clock({ speed: 1, startsAt: new Date(0), startedAt: new Date(0) });
  }

  now(): Date {
    return this.at(this.realNow());
  }

  /** Real milliseconds until an instant of this clock; 0 when it has passed. For timers of the operating system. */
  realMillisecondsUntil(instant: Date): number {
    return Math.max(0, Math.ceil((instant.getTime() - this.now().getTime()) / this.settings.speed));
  }

  /** The real time, in milliseconds since 1970, at which this clock reads an instant. */
  realTimeOf(instant: Date): number {
    const { speed, startsAt, startedAt } = this.settings;
    return startedAt.getTime() + (instant.getTime() - startsAt.getTime()) / speed;
  }

  /** What this clock reads at a real time. */
  at(realTime: number): Date {
    const { speed, startsAt, startedAt } = this.settings;
    return new Date(startsAt.getTime() + Math.round((realTime - startedAt.getTime()) * speed));
  }

  get speed(): number {
    return this.settings.speed;
  }
}
