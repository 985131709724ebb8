/** A request that breaks a rule. The requester learns why; it is never tried again. */
export class Refusal extends Error {
  override readonly name: string = 'Refusal';

  /** `chinese` says the same as the message; without it whoever reads Chinese gets the message. */
  constructor(
    message: string,
    readonly chinese: string | null = null,
  ) {
    super(message);
  }
}

/** A request that may only have overtaken what it rests on: heard again a few times before it is refused for good. */
export class NotYet extends Refusal {
  override readonly name = 'NotYet';
}

/**
 * Kinds of problems (RFC 9457, `type`) that whoever asks something of a case may want to tell apart. They are names, no
 * addresses.
 */
export const problemTypes = {
  /** A rule is in the way; the same may be asked again once it is not. */
  refused: 'urn:caserelay:problem:refused',
  /** The key of the command belongs to another one. */
  keyUsedBefore: 'urn:caserelay:problem:key-used-before',
  unknownCase: 'urn:caserelay:problem:unknown-case',
} as const;

/** A problem of RFC 9457 with its reason in both languages; `detail` is the English one. */
export interface RefusalProblem {
  type: (typeof problemTypes)[keyof typeof problemTypes];
  title: string;
  status: number;
  detail: string;
  reason: { 'zh-CN': string; en: string };
}

export function problemOfRefusal({ message, chinese }: Refusal): RefusalProblem {
  return {
    type: problemTypes.refused,
    title: 'Refused',
    status: 409,
    detail: message,
    reason: { 'zh-CN': chinese ?? message, en: message },
  };
}

export function problemOfUsedKey(key: string): RefusalProblem {
  const en = `the Idempotency-Key "${key}" was used for another command; expected a new one for each command`;
  const zh = `幂等键“${key}”已用于另一条命令；每条命令应使用新的键`;
  return {
    ...{ type: problemTypes.keyUsedBefore, title: 'Key used before', status: 422, detail: en },
    reason: { 'zh-CN': zh, en },
  };
}
