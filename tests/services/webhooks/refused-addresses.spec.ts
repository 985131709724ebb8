import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { until } from '../../support/until.js';
import { Desk, eventOf } from './a-desk.js';
import { certificateFile, isSigned, Receiver } from './a-receiver.js';
import { NameServer } from './a-name-server.js';

let desk: Desk;
let names: NameServer;
let inside: Receiver;

beforeAll(async () => {
  names = await NameServer.start();
  inside = await Receiver.start('https');
  // The certificate fits receiver.test and turncoat.test; only the first may be at an address of this machine.
  desk = await Desk.open({
    WEBHOOK_ALLOWED_HOSTS: 'receiver.test',
    WEBHOOK_PORTS: `443,${inside.port}`,
    WEBHOOK_DNS_SERVERS: names.address,
    WEBHOOK_CA_FILE: certificateFile,
  });
});
afterAll(async () => {
  await desk.close();
  await inside.stop();
  await names.stop();
});

async function errorOf(url: string): Promise<string> {
  const { webhookId } = await desk.make(url);
  await desk.publish(await eventOf('case.opened', randomUUID()));
  const error = await until('it failed', async () => (await desk.show(webhookId)).health.lastError);
  await desk.ask('DELETE', `/${webhookId}`);
  return error;
}

describe('a receiver behind a name', () => {
  test('is spoken to over TLS with its own name, when a setting allows what the name leads to', async () => {
    names.addresses.set('receiver.test', () => ['127.0.0.1']);
    const { webhookId, secret } = await desk.make(`https://receiver.test:${inside.port}/hooks`);
    const caseId = randomUUID();
    await desk.publish(await eventOf('case.opened', caseId));
    await desk.settled(webhookId);
    const [got] = inside.about(caseId);
    expect(got?.headers.host).toBe(`receiver.test:${inside.port}`);
    expect(isSigned(got!, secret)).toBe(true);
    await desk.ask('DELETE', `/${webhookId}`);
    inside.got.length = 0;
  });

  test.each([
    ['loopback', ['127.0.0.1']],
    ['loopback by IPv6', ['::1']],
    ['private', ['10.0.0.5']],
    ['shared by a provider', ['100.100.100.200']],
    ['the metadata of clouds', ['169.254.169.254']],
    ['multicast', ['224.0.0.1']],
    ['IPv4 within IPv6', ['::ffff:7f00:1']],
    ['unique local', ['fd00:ec2::254']],
    ['of the internet, and loopback as well', ['8.8.8.8', '127.0.0.1']],
  ])('is not spoken to when that leads to an address that is %s', async (_, addresses) => {
    names.addresses.set('turncoat.test', () => addresses);
    const error = await errorOf(`https://turncoat.test:${inside.port}/hooks`);
    expect(error).toMatch(/^turncoat\.test is at \S+; expected an address of the internet/);
    expect(inside.got).toEqual([]);
  });

  test('is asked for once for each attempt, and spoken to where it was found and judged', async () => {
    const before = names.timesAsked('receiver.test');
    // Who asked a second time, for the connection, would be led elsewhere.
    names.addresses.set('receiver.test', (timesAsked) => [timesAsked === before ? '127.0.0.1' : '127.0.0.2']);
    const { webhookId } = await desk.make(`https://receiver.test:${inside.port}/hooks`);
    const ping = await desk.ask<{ delivered: boolean }>('POST', `/${webhookId}/ping`);
    expect(ping.body.delivered).toBe(true);
    expect(names.timesAsked('receiver.test')).toBe(before + 1);
    await desk.ask('DELETE', `/${webhookId}`);
    inside.got.length = 0;
  });

  test('that leads nowhere fails, and is tried again', async () => {
    expect(await errorOf('https://nowhere.test/hooks')).toMatch(/ENOTFOUND|no address/);
  });
});

test('a certificate that nobody vouches for is not believed', async () => {
  const stranger = await Desk.open({ WEBHOOK_ALLOWED_HOSTS: '127.0.0.1' });
  try {
    const { webhookId } = await stranger.make(inside.url);
    const ping = await stranger.ask<{ error: string }>('POST', `/${webhookId}/ping`);
    expect(ping.body.error).toMatch(/self-signed certificate/);
    expect(inside.got).toEqual([]);
  } finally {
    await stranger.close();
  }
});
