import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID, generateKeyPairSync } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import dnsPacket from 'dns-packet';
import type { SendMailOptions } from 'nodemailer';
import { anIntake, type IntakeSystem } from './intake-system.js';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const shown = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');

/** What name servers of the world would answer. */
const records: Readonly<Record<string, string[]>> = {
  'signed.example': ['v=spf1 -all'],
  '_dmarc.signed.example': ['v=DMARC1; p=reject'],
  's1._domainkey.signed.example': [`v=DKIM1; k=rsa; p=${shown}`],
  'support.example': ['v=spf1 -all'],
  '_dmarc.support.example': ['v=DMARC1; p=reject'],
  's1._domainkey.support.example': [`v=DKIM1; k=rsa; p=${shown}`],
  'byaddress.example': ['v=spf1 ip4:127.0.0.1 -all'],
};

async function aNameServer(): Promise<{ socket: Socket; address: string }> {
  const socket = createSocket('udp4');
  socket.on('message', (message, from) => {
    const { id, questions = [] } = dnsPacket.decode(message);
    const [question] = questions;
    const found = question?.type === 'TXT' ? records[question.name.toLowerCase()] : undefined;
    const answers = (found ?? []).map((data) => ({
      ...{ type: 'TXT' as const, name: question?.name ?? '', ttl: 60 },
      data: data.match(/.{1,255}/g) ?? [],
    }));
    const flags = dnsPacket.AUTHORITATIVE_ANSWER | (answers.length > 0 ? 0 : 3);
    socket.send(
      dnsPacket.encode({ type: 'response', id: id ?? 0, flags, questions, answers }),
      from.port,
      from.address,
    );
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return { socket, address: `127.0.0.1:${socket.address().port}` };
}

const messageId = (): string => `<${randomUUID()}@signed.example>`;
const dkim = (domainName: string, more: object = {}) => ({
  dkim: { domainName, keySelector: 's1', privateKey: pem, ...more },
});

async function taken(intake: IntakeSystem, mail: SendMailOptions) {
  const id = messageId();
  const reply = await intake.send({ messageId: id, to: 'case@support.example', text: '反馈蓝屏问题', ...mail });
  expect(reply.code).toBe(250);
  const { data } = await intake.received(id);
  return data;
}

describe('mail that no server of ours hands on', () => {
  let intake: IntakeSystem;
  let names: Awaited<ReturnType<typeof aNameServer>>;
  beforeAll(async () => {
    names = await aNameServer();
    intake = await anIntake({ MAIL_RELAYS: '192.0.2.1', MAIL_NAME_SERVERS: names.address });
  });
  afterAll(async () => {
    await intake.remove();
    names.socket.close();
  });

  it('is verified by its signature', async () => {
    const { sender } = await taken(intake, {
      from: 'a@signed.example',
      subject: 'blue screen',
      ...dkim('signed.example'),
    });
    expect(sender).toEqual({ is: 'verified', reason: 'DMARC of signed.example passed' });
  });

  it('is forged when its domain signs and it is not signed, or by another domain', async () => {
    const bare = await taken(intake, { from: 'b@signed.example', subject: 'blue screen 2' });
    expect(bare.sender).toMatchObject({ is: 'failed' });
    const other = await taken(intake, {
      from: 'c@signed.example',
      subject: 'blue screen 3',
      ...dkim('support.example'),
    });
    expect(other.sender).toMatchObject({ is: 'failed' });
  });

  it('is verified by its sending address where nothing else is published', async () => {
    const { sender } = await taken(intake, { from: 'd@byaddress.example', subject: 'blue screen 4' });
    expect(sender).toEqual({ is: 'verified', reason: 'SPF of byaddress.example passed' });
  });

  it('is of an unknown sender when its domain publishes nothing, and is taken all the same', async () => {
    const { sender, kind } = await taken(intake, { from: 'e@nothing.example', subject: 'blue screen 5' });
    expect(sender).toMatchObject({ is: 'unknown' });
    expect(kind).toBe('problem');
  });

  it('in the name of a colleague moves nothing unless it is signed', async () => {
    const words = { subject: '蓝屏 CAS-02227-X4W1B1', text: '客户，您好\n根据沟通的结果，我将暂时归档此问题。' };
    const forged = await taken(intake, { from: 'l1@support.example', ...words });
    expect(forged).toMatchObject({ author: 'colleague', kind: 'colleague-note', sender: { is: 'failed' } });
    expect(forged.kindReason).toContain('moves nothing');
    const real = await taken(intake, { from: 'l1@support.example', ...words, ...dkim('support.example') });
    expect(real).toMatchObject({ kind: 'closure-summary', sender: { is: 'verified' } });
  });

  it('that names two senders is not verified by the signature of one of them', async () => {
    const id = messageId();
    const head = `From: l1@support.example\r\nFrom: f@signed.example\r\nMessage-ID: ${id}\r\nSubject: blue screen 6\r\n`;
    const reply = await intake.send({
      ...dkim('signed.example'),
      envelope: { from: 'f@signed.example', to: 'case@support.example' },
      raw: `${head}\r\n反馈蓝屏问题`,
    });
    expect(reply.code).toBe(250);
    expect((await intake.received(id)).data.sender).toMatchObject({ is: 'failed' });
  });
});

describe('mail that a server of ours hands on', () => {
  let intake: IntakeSystem;
  beforeAll(async () => {
    intake = await anIntake({ MAIL_AUTHSERV_ID: 'mx.support.example' });
  });
  afterAll(() => intake.remove());

  const said = (results: string) => ({ headers: { 'Authentication-Results': `mx.support.example; ${results}` } });

  it.each([
    ['dmarc=pass header.from=partner.example', 'verified'],
    ['dmarc=pass header.from=other.example', 'failed'],
    ['dmarc=fail header.from=partner.example', 'failed'],
    ['dmarc=none; dkim=pass header.d=partner.example', 'verified'],
    ['dmarc=none; spf=pass smtp.mailfrom=partner.example', 'verified'],
    ['dmarc=none; dkim=pass header.d=evil.example; spf=pass smtp.mailfrom=x@evil.example', 'unknown'],
  ])('%s: its sender is %s', async (results, is) => {
    const { sender } = await taken(intake, {
      from: `${randomUUID()}@partner.example`,
      subject: 'blue screen',
      ...said(results),
    });
    expect(sender).toMatchObject({ is });
  });

  it('without the word of that server is of an unknown sender', async () => {
    const { sender } = await taken(intake, { from: 'g@partner.example', subject: 'blue screen 7' });
    expect(sender).toEqual({ is: 'unknown', reason: 'no Authentication-Results of mx.support.example' });
  });
});
