import { describe, expect, it } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import { parseConfig } from './config.js';
import { customerPageKey, CustomerLinks } from './customer-links.js';

const links = new CustomerLinks(randomBytes(32));
const caseId = randomUUID();
const address = 'contact@partner.example';
const token = links.tokenFor(caseId, address);

describe('a link to the page of a customer', () => {
  it('names its case and its contact, whatever letters their address is written in', () => {
    expect(token).toMatch(/^[A-Za-z0-9_-]{64}$/);
    const link = links.read(token);
    expect(link?.caseId).toBe(caseId);
    expect(link && links.isFor(link, ' Contact@Partner.Example')).toBe(true);
    expect(links.tokenFor(caseId, address)).toBe(token);
  });

  it('is for nobody else, and shows no address', () => {
    const link = links.read(token);
    expect(link && links.isFor(link, 'other@partner.example')).toBe(false);
    const ofOtherCase = links.read(links.tokenFor(randomUUID(), address));
    expect(ofOtherCase?.recipient).not.toEqual(link?.recipient);
    expect(Buffer.from(token, 'base64url').toString('latin1')).not.toContain('contact');
  });

  it('is refused when any of its characters is another one', () => {
    for (let place = 0; place < token.length; place += 1) {
      const other = token[place] === 'A' ? 'B' : 'A';
      expect(links.read(token.slice(0, place) + other + token.slice(place + 1))).toBeNull();
    }
  });

  it.each(['', 'x', token.slice(1), `${token}A`, `${token}=`, 'ä'.repeat(64), '.'.repeat(64), randomUUID()])(
    'is none as %j',
    (made) => expect(links.read(made)).toBeNull(),
  );

  it('is good for one key alone', () => {
    expect(new CustomerLinks(randomBytes(32)).read(token)).toBeNull();
  });
});

describe('the token of a form', () => {
  const form = links.formToken(token, 1_000);

  it('is good until its time, for the link it was made for', () => {
    expect(links.isFormGood(token, form, 999)).toBe(true);
    expect(links.isFormGood(token, form, 1_000)).toBe(false);
    expect(links.isFormGood(links.tokenFor(caseId, 'other@partner.example'), form, 999)).toBe(false);
  });

  it.each([
    '',
    'zzz.',
    form.replace(/^\w+/, 'zz'),
    `${form}A`,
    form.slice(0, -1),
    new CustomerLinks(randomBytes(32)).formToken(token, 1_000),
  ])('is none as %j', (made) => expect(links.isFormGood(token, made, 0)).toBe(false));
});

describe('the key', () => {
  const read = (value: string) => parseConfig({ CUSTOMER_PAGE_KEY: customerPageKey }, { CUSTOMER_PAGE_KEY: value });

  it('is at least 32 bytes', () => {
    expect(read(randomBytes(32).toString('base64url')).CUSTOMER_PAGE_KEY).toHaveLength(32);
  });

  it.each([randomBytes(31).toString('base64url'), 'secret', 'x'.repeat(42), '秘'.repeat(50)])(
    'is refused as %j, without being shown',
    (value) => {
      expect(() => read(value)).toThrow('expected at least 32 random bytes');
      expect(() => read(value)).not.toThrow(value);
    },
  );
});
