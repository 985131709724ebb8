/** A request that breaks a rule. The requester learns why; it is never tried again. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}
