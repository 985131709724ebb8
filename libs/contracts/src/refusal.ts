/** A request that breaks a rule. The requester learns why; it is never tried again. */
export class Refusal extends Error {
  override readonly name: string = 'Refusal';
}

/** A request that may only have overtaken what it rests on: heard again a few times before it is refused for good. */
export class NotYet extends Refusal {
  override readonly name = 'NotYet';
}
