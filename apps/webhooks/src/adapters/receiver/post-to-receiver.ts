import { lookup, Resolver } from 'node:dns/promises';
import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, isIPv6, type LookupFunction } from 'node:net';
import type { Reply } from '../../webhook.js';
import { bareHost, checkAddresses, readReceiverUrl, type AddressRules } from './address-guard.js';

export interface PostOptions {
  rules: AddressRules;
  /** From asking for the address to the end of the answer. */
  limitMilliseconds: number;
  /** Name servers to ask; null asks as the machine does. */
  dnsServers: readonly string[] | null;
  /** Certificates that are trusted, as PEM; null for the usual ones. */
  trusted: readonly string[] | null;
}

const longestBody = 64 * 1024;
const mostAddresses = 16;

/**
 * Posts once to a receiver and follows no redirect. Its address is asked for here, judged, and the connection goes to
 * the very address that was judged: a name that changes its mind in between leads nowhere. Throws AddressRefused or
 * the fault of network, TLS or time; what comes after 64 KiB of an answer is not read.
 */
export async function postToReceiver(
  address: string,
  { headers, body }: { headers: Record<string, string>; body: string },
  { rules, limitMilliseconds, dnsServers, trusted }: PostOptions,
): Promise<Reply> {
  const url = readReceiverUrl(address, rules);
  const signal = AbortSignal.timeout(limitMilliseconds);
  const addresses = await untilAborted(addressesOf(bareHost(url), dnsServers), signal);
  checkAddresses(url, addresses, rules);
  const content = Buffer.from(body, 'utf8');
  return await send(
    {
      protocol: url.protocol,
      hostname: bareHost(url),
      ...(url.port === '' ? {} : { port: url.port }),
      path: `${url.pathname}${url.search}`,
      method: 'POST',
      headers: { ...headers, 'content-length': content.length },
      agent: false,
      lookup: pinnedTo(addresses),
      maxHeaderSize: 16 * 1024,
      signal,
      ...(trusted === null ? {} : { ca: [...trusted] }),
    },
    content,
  );
}

function send(options: RequestOptions & { ca?: string[] }, content: Buffer): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = (options.protocol === 'https:' ? requestHttps : requestHttp)(options);
    request.on('error', (error) => reject(plain(error)));
    request.on('response', (response) => {
      void readStart(response).then((body) => {
        const retryAfter = response.headers['retry-after'] ?? null;
        resolve({ status: response.statusCode ?? 0, retryAfter, body });
        request.destroy();
      });
    });
    request.end(content);
  });
}

/** As much of the body as comes in time, and no more than is worth reading: the status is known by then. */
function readStart(response: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const end = (): void => resolve(Buffer.concat(chunks).subarray(0, longestBody).toString('utf8'));
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= longestBody) {
        response.pause();
        end();
      }
    });
    response.on('end', end);
    response.on('error', end);
    response.on('close', end);
  });
}

async function addressesOf(host: string, servers: readonly string[] | null): Promise<string[]> {
  if (isIP(host) !== 0) return [host];
  const found = servers === null ? await askMachine(host) : await askServers(host, servers);
  if (found.length === 0) throw new Error(`${host} has no address`);
  return found.slice(0, mostAddresses);
}

async function askMachine(host: string): Promise<string[]> {
  return (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);
}

async function askServers(host: string, servers: readonly string[]): Promise<string[]> {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  resolver.setServers(servers);
  const answers = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  const fault = answers.find((answer) => answer.status === 'rejected');
  if (found.length === 0 && fault) throw plain(fault.reason);
  return found;
}

function pinnedTo(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
  return (_host, options, callback) => {
    const [first] = all;
    if (options.all === true) callback(null, all);
    else callback(null, first?.address ?? '', first?.family);
  };
}

async function untilAborted<Outcome>(work: Promise<Outcome>, signal: AbortSignal): Promise<Outcome> {
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(plain(signal.reason));
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (stop) signal.removeEventListener('abort', stop);
  }
}

/** What people can make sense of. */
function plain(error: unknown): Error {
  const { name, message, errors } = error as { name?: unknown; message?: unknown; errors?: unknown };
  if (name === 'AbortError' || name === 'TimeoutError') return new Error('no answer in time', { cause: error });
  // A host with several addresses fails with one fault for each.
  if (Array.isArray(errors) && errors.length > 0) return plain(errors[0]);
  return new Error(typeof message === 'string' ? message : String(error), { cause: error });
}
