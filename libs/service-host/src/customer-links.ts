import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

/** The setting of the key: base64url of at least 32 random bytes. Who writes letters and who serves the page share it. */
export const customerPageKey = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43,200}$/, 'expected at least 32 random bytes as base64url, which are 43 characters')
  .transform((text) => Buffer.from(text, 'base64url'));

/** What a link says of itself. Whether it is for the present contact says `isFor`. */
export interface CustomerLink {
  readonly caseId: string;
  readonly recipient: Buffer;
}

const idBytes = 16;
const recipientBytes = 16;
const signatureBytes = 16;

/**
 * Links to the page that a customer has of a case. They are signed and kept nowhere: 16 bytes of the case id, 16 of
 * HMAC-SHA-256 over case and address of the contact, and 16 of HMAC-SHA-256 over both, as 64 characters of base64url.
 * So a made-up link is told apart without a look into the database, and one ends when its contact is another.
 */
export class CustomerLinks {
  constructor(private readonly key: Buffer) {}

  tokenFor(caseId: string, address: string): string {
    const head = Buffer.concat([bytesOf(caseId), this.recipientOf(caseId, address)]);
    return Buffer.concat([head, this.sign('link', head).subarray(0, signatureBytes)]).toString('base64url');
  }

  /** Null for whatever was not made with this key. */
  read(token: string): CustomerLink | null {
    if (!/^[A-Za-z0-9_-]{64}$/.test(token)) return null;
    const bytes = Buffer.from(token, 'base64url');
    const head = bytes.subarray(0, idBytes + recipientBytes);
    const signature = this.sign('link', head).subarray(0, signatureBytes);
    if (!timingSafeEqual(signature, bytes.subarray(head.length))) return null;
    return { caseId: idOf(head), recipient: head.subarray(idBytes) };
  }

  isFor({ caseId, recipient }: CustomerLink, address: string): boolean {
    return timingSafeEqual(recipient, this.recipientOf(caseId, address));
  }

  /** What a form of the page carries, so that it is taken from the page alone: it ends with its link and at `until`. */
  formToken(token: string, until: number): string {
    const head = until.toString(36);
    return `${head}.${this.sign('form', `${token}\n${head}`).subarray(0, signatureBytes).toString('base64url')}`;
  }

  isFormGood(token: string, form: string, now: number): boolean {
    const until = /^([0-9a-z]{1,12})\.[A-Za-z0-9_-]{22}$/.exec(form)?.[1];
    if (until === undefined || parseInt(until, 36) <= now) return false;
    return timingSafeEqual(Buffer.from(this.formToken(token, parseInt(until, 36))), Buffer.from(form));
  }

  private recipientOf(caseId: string, address: string): Buffer {
    return this.sign('recipient', `${caseId.toLowerCase()}\n${address.trim().toLowerCase()}`).subarray(
      0,
      recipientBytes,
    );
  }

  /** The purpose stands before what is signed, so that no signature serves for another one. */
  private sign(purpose: 'link' | 'recipient' | 'form', what: string | Buffer): Buffer {
    return createHmac('sha256', this.key).update(`customer-page/1 ${purpose}\n`).update(what).digest();
  }
}

function bytesOf(caseId: string): Buffer {
  return Buffer.from(caseId.replaceAll('-', ''), 'hex');
}

function idOf(head: Buffer): string {
  const hex = head.toString('hex', 0, idBytes);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
