/** Why a browser cannot upload. The page has a sentence for each in the customer's language. */
export type Because =
  | 'bad-name'
  | 'bad-size'
  | 'too-large'
  | 'too-many'
  | 'no-room'
  | 'quota'
  | 'busy'
  | 'unknown'
  | 'changed'
  | 'wrong-place'
  | 'refused';

export class BrowserRefusal extends Error {
  override readonly name = 'BrowserRefusal';
  constructor(
    readonly because: Because,
    message: string,
  ) {
    super(message);
  }
}

/** What the files of a space refuse, in the terms of this page; anything else is a fault of ours. */
function refusalOf(error: unknown): BrowserRefusal | null {
  if (error instanceof BrowserRefusal) return error;
  if (!(error instanceof Error) || !('code' in error)) return null;
  if (error.code === 'ENOSPC')
    return new BrowserRefusal('no-room', 'the server has no room left; what has arrived is kept');
  if (error.code === 'EDQUOT') return new BrowserRefusal('quota', error.message);
  if (error.name !== 'FileRefusal') return null;
  if (error.code === 'EBUSY') return new BrowserRefusal('busy', error.message);
  if (error.code === 'ENOENT') return new BrowserRefusal('changed', error.message);
  return new BrowserRefusal('refused', error.message);
}

const statuses: Record<Because, number> = {
  'bad-name': 400,
  'bad-size': 400,
  'too-large': 413,
  'too-many': 403,
  'no-room': 507,
  quota: 413,
  busy: 423,
  unknown: 404,
  changed: 410,
  'wrong-place': 409,
  refused: 403,
};

/** A refusal with its HTTP status; null for a fault of ours. */
export function statusOf(error: unknown): { because: Because; message: string; status: number } | null {
  const refusal = refusalOf(error);
  return refusal && { because: refusal.because, message: refusal.message, status: statuses[refusal.because] };
}
