import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { brokenMails } from '../../../tests/support/mails/broken-mails.js';
import { automaticMails, bounces } from '../../../tests/support/mails/machine-mails.js';
import type { MailSample } from '../../../tests/support/mails/mail-builder.js';
import { automaticInWords, bouncesInWords } from '../../../tests/support/mails/mails-in-words.js';
import { mailsOfPrograms } from '../../../tests/support/mails/mails-of-programs.js';
import { parseMail, type ParsedMail } from './parsed-mail.js';

const centre = { colleagueDomains: ['support.example'], ownAddresses: ['case@support.example'] };
const tidy = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trim();

describe.each([
  ['as programs build them', mailsOfPrograms],
  ['that are broken', brokenMails],
  ['of mail servers', bounces],
  ['of mail servers, in words', bouncesInWords],
  ['that programs send, or seem to', automaticMails],
  ['that only words show to be automatic, or not', automaticInWords],
])('mails %s', (_group, samples) => {
  test.each(samples.map((sample): [string, MailSample] => [sample.name, sample]))(
    '%s',
    (_name, { bytes, expected }) => {
      const parsed = parseMail('a.eml', bytes, centre);
      expect(seen(parsed, expected)).toEqual(wanted(expected));
      for (const piece of expected.says ?? []) expect(tidy(parsed.text)).toContain(piece);
      for (const piece of expected.doesNotSay ?? []) expect(parsed.text).not.toContain(piece);
      if (expected.bounce) expect(parsed.bounce).toMatchObject(expected.bounce);
      if (expected.bounce === null) expect(parsed.bounce).toBeNull();
    },
  );
});

/** What the reader found of that which the sample names. */
function seen(parsed: ParsedMail, expected: MailSample['expected']): Record<string, unknown> {
  const all: Record<string, unknown> = {
    ...parsed,
    text: tidy(parsed.text),
    to: parsed.to.map(({ address }) => address),
    cc: parsed.cc.map(({ address }) => address),
    attachments: parsed.attachments.map(({ name, type, md5 }, index) => ({
      name,
      ...(expected.attachments?.[index]?.type !== undefined && { type }),
      ...(expected.attachments?.[index]?.content !== undefined && { md5 }),
    })),
    damage: parsed.damage.map(({ kind }) => kind),
  };
  return Object.fromEntries(Object.keys(wanted(expected)).map((key) => [key, all[key]]));
}

function wanted({
  says: _says,
  doesNotSay: _not,
  bounce: _bounce,
  ...rest
}: MailSample['expected']): Record<string, unknown> {
  return {
    ...rest,
    ...(rest.attachments && {
      attachments: rest.attachments.map(({ name, type, content }) => ({
        name,
        ...(type !== undefined && { type }),
        ...(content !== undefined && { md5: createHash('md5').update(content).digest('hex') }),
      })),
    }),
  };
}
