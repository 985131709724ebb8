import { Refusal } from '@caserelay/contracts';
import type { Case, CaseEvent, Kept, Known, ToldByCase } from './case.js';
import { evolve } from './evolve.js';
import type { Policy } from './policy.js';

/** One answer of a case while it is thought out: each event already changes what the next rule sees. */
export class Turn {
  readonly events: CaseEvent[] = [];

  constructor(
    private present: Case,
    readonly now: string,
    readonly policy: Policy,
  ) {}

  get state(): Case {
    return this.present;
  }

  get known(): Known {
    if (this.present.phase === 'unopened')
      throw new Refusal('nobody opened this case; expected a problem.reported first');
    return this.present.known;
  }

  say(event: ToldByCase | Kept): void {
    const happened: CaseEvent = { ...event, at: this.now };
    this.events.push(happened);
    this.present = evolve(this.present, happened);
  }
}
