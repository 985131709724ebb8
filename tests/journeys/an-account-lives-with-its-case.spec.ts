import { afterAll, beforeAll, expect, it } from '@jest/globals';
import ssh2, { type Client } from 'ssh2';
import { aCentre, aCustomer, type Centre } from '../support/a-centre.js';
import { sendMail, upload, type Credentials } from '../support/people.js';
import { until } from '../support/until.js';

/** A day of the case lasts a second: silence archives it after reminders, a last wait and the observation, 25 days in all. */
const speed = 86_400;

let centre: Centre;

beforeAll(async () => {
  centre = await aCentre('caserelay-account-', {
    CLOCK_SPEED: String(speed),
    SPACE_READ_ONLY_DAYS: '15',
    EVIDENCE_DAYS: '25',
  });
}, 120_000);

afterAll(() => centre.close(), 60_000);

it('lets a customer in while the case lives, sends them away when it ends, and lets them in again with a new password', async () => {
  const customer = await aCustomer(centre, { language: 'en', caseNumber: 'CAS-09003-A1C2C3' });
  const first = await customer.credentials();
  const session = await login(first);
  const sentAway = new Promise<void>((resolve) => session.once('close', () => resolve()));

  await until('silence archives the case', () => customer.told('case.archived'), 60_000);
  await sentAway;
  await customer.sees('it can only be read from', () => customer.told('upload-space.made-read-only'));
  (await login(first)).end();
  await expect(upload(first, 'late.txt', Buffer.from('late'), 1)).rejects.toThrow();
  await customer.sees('the closing is told', () => customer.told('upload-space.closed'));
  await expect(login(first)).rejects.toThrow(/authentication/);

  const letters = await customer.lettersAbout('upload-credentials');
  const [asked] = letters;
  if (!asked) throw new Error('the letter with the account is gone');
  await sendMail(centre.processes.smtpPort, {
    from: { name: 'Jane Miller', address: customer.address },
    to: 'support@support.example',
    subject: `Re: ${asked.subject}`,
    text: 'The blue screen is back. We have a new dump for you.',
    date: new Date(),
    messageId: '<it-is-back@partner.example>',
    inReplyTo: asked.messageId,
  });
  const second = await customer.credentials(letters.length + 1);
  expect(second.user).toBe(first.user);
  expect(second.password).not.toBe(first.password);
  await expect(login(first)).rejects.toThrow(/authentication/);
  await upload(second, 'programs.txt', Buffer.from('Contoso Agent 4.2\r\n'));
  await customer.sees('the upload is told', () => customer.told('upload.received'));
}, 150_000);

it('closes after the grace and removes the evidence after retention, and the customer gets the proof', async () => {
  const customer = await aCustomer(centre, { language: 'en', caseNumber: 'CAS-09004-A1C2C3' });
  const credentials = await customer.credentials();
  const sha256 = await upload(credentials, 'programs.txt', Buffer.from(`Contoso Agent 4.2 ${'x'.repeat(100)}\r\n`));
  await customer.sees('the upload is told', () => customer.told('upload.received'));

  await until('silence archives the case', () => customer.told('case.archived'), 90_000);
  await customer.sees('the account is closed', () => customer.told('upload-space.closed'));
  await until('the evidence is removed', () => customer.told('case.evidence-purged'), 60_000);
  const proof = await customer.told('evidence.purged');
  expect(proof?.data).toMatchObject({ filesInAll: 1, files: [{ name: 'programs.txt', sha256 }] });
  const [letter] = await customer.sees('the proof is mailed', async () => {
    const letters = await customer.lettersAbout('deletion-proof');
    return letters.length > 0 && letters;
  });
  for (const words of ['programs.txt', sha256, 'Deleted at']) expect(letter?.text).toContain(words);
  const [archived] = await customer.lettersAbout('case-summary');
  expect(archived?.text).toContain('you can still log in with your upload account');
}, 240_000);

/** Logs in and stays. */
function login({ host, port, user, password }: Credentials): Promise<Client> {
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    client.once('ready', () => {
      client.on('error', () => undefined);
      resolve(client);
    });
    client.once('error', reject);
    client.connect({ host, port, username: user, password, readyTimeout: 20_000 });
  });
}
