import { authenticate, type AuthenticateResult, type DNSResolver } from 'mailauth';
import { promises as dns } from 'node:dns';
import { BlockList, isIP } from 'node:net';
import type { Readable } from 'node:stream';
import type { CheckedSender, Envelope } from '../../features/take-mail/take-mail.js';
import { authenticationResults, longestHeaders, type MethodResult } from './authentication-results.js';

export interface SenderCheckOptions {
  /** Addresses and networks (`10.0.0.0/8`) of our own mail servers, which check mail before they hand it on. */
  relays: readonly string[];
  /** The name under which they write `Authentication-Results`; without it all that they hand on is believed. */
  authservId: string | null;
  /** Our own name in what is checked. */
  domain: string;
  /** Name servers to ask, `address` or `address:port`; empty asks those of the machine. */
  nameServers: readonly string[];
  limitMilliseconds: number;
}

/** Says whether a mail comes from whom its From names. The only place that knows mailauth. */
export class SenderCheck {
  private readonly relays: BlockList;
  private readonly resolve: DNSResolver;

  constructor(private readonly options: SenderCheckOptions) {
    this.relays = listOf(options.relays);
    const resolver = new dns.Resolver({ timeout: 2_000, tries: 2 });
    if (options.nameServers.length > 0) resolver.setServers([...options.nameServers]);
    this.resolve = async (name, type) => (await resolver.resolve(name, type)) as string[] | string[][];
  }

  /**
   * `from` is the address that the mail is taken to be from. What cannot be found out is unknown; throws only when the
   * mail cannot be read from where it is kept.
   */
  async check(
    open: () => Promise<Readable>,
    { address, greeting, sender }: Envelope,
    from: string,
  ): Promise<CheckedSender> {
    if (isIn(this.relays, address)) return await this.asRelaySays(open, from);
    const raw = await open();
    try {
      const checking = authenticate(raw, {
        ...{ ip: address, helo: greeting, sender, mta: this.options.domain, resolver: this.resolve },
        ...{ disableArc: true, disableBimi: true },
      });
      const result = await withinLimit(checking, this.options.limitMilliseconds);
      if (result === null) return { is: 'unknown', reason: 'SPF, DKIM and DMARC could not be looked up in time' };
      return judge(result, from);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { is: 'unknown', reason: `SPF, DKIM and DMARC could not be checked: ${reason.slice(0, 200)}` };
    } finally {
      raw.destroy();
    }
  }

  private async asRelaySays(open: () => Promise<Readable>, from: string): Promise<CheckedSender> {
    const { authservId } = this.options;
    if (authservId === null) return { is: 'verified', reason: 'our own mail server handed it on' };
    const results = authenticationResults(await beginningOf(await open()), authservId);
    if (results === null) return { is: 'unknown', reason: `no Authentication-Results of ${authservId}` };
    return judgeResults(results, from);
  }
}

/** DMARC decides (RFC 7489); for a domain without a record a signature or a sending address of that very domain does. */
function judge({ dkim, spf, dmarc }: AuthenticateResult, from: string): CheckedSender {
  const named = dkim.headerFrom ?? [];
  if (named.length !== 1 || named[0]?.toLowerCase() !== from.toLowerCase())
    return { is: 'failed', reason: `its From is ambiguous: ${named.length} addresses, read as ${from}` };
  const domain = domainOf(from);
  const decided = dmarc ? dmarc.status.result : 'none';
  // A signature over a part of the body says nothing of the rest.
  const byLength = dmarc && 'alignment' in dmarc ? Boolean(dmarc.alignment?.dkim.underSized) : false;
  const spfPassed = spf !== false && spf.status.result === 'pass' && isWithin(spf.domain ?? '', domain);
  if (decided === 'pass' && (!byLength || spfPassed)) return { is: 'verified', reason: `DMARC of ${domain} passed` };
  if (decided === 'pass') return { is: 'failed', reason: 'its signature covers a part of it only' };
  if (decided === 'fail')
    return { is: 'failed', reason: `DMARC of ${domain} failed: no valid signature or sending address of it` };
  if (decided === 'temperror') return { is: 'unknown', reason: `the DMARC record of ${domain} could not be read` };
  if (spfPassed) return { is: 'verified', reason: `SPF of ${domain} passed` };
  const signed = (dkim.results ?? []).some(
    ({ status, signingDomain }) =>
      status.result === 'pass' && !status.underSized && isWithin(signingDomain ?? '', domain),
  );
  if (signed) return { is: 'verified', reason: `it is signed by ${domain}` };
  return {
    is: 'unknown',
    reason: `${domain} publishes nothing by which its mail could be checked, or it did not pass`,
  };
}

function judgeResults(results: readonly MethodResult[], from: string): CheckedSender {
  const domain = domainOf(from);
  const of = (method: string): MethodResult[] => results.filter((one) => one.method === method);
  const [dmarc] = of('dmarc');
  const named = dmarc?.properties['header.from'];
  const isAboutFrom = named === undefined || isWithin(domain, domainOf(named)) || isWithin(domainOf(named), domain);
  if (dmarc?.result === 'pass' && isAboutFrom) return { is: 'verified', reason: `DMARC of ${domain} passed` };
  if (dmarc?.result === 'fail' || dmarc?.result === 'pass')
    return { is: 'failed', reason: `DMARC of ${named ?? domain} ${dmarc.result}, From names ${domain}` };
  const signed = of('dkim').some(
    ({ result, properties }) =>
      result === 'pass' && isWithin(domainOf(properties['header.d'] ?? properties['header.i'] ?? ''), domain),
  );
  if (signed) return { is: 'verified', reason: `it is signed by ${domain}` };
  const sent = of('spf').some(
    ({ result, properties }) => result === 'pass' && isWithin(domainOf(properties['smtp.mailfrom'] ?? ''), domain),
  );
  if (sent) return { is: 'verified', reason: `SPF of ${domain} passed` };
  return { is: 'unknown', reason: `nothing vouches for ${domain} in Authentication-Results` };
}

async function beginningOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= longestHeaders) break;
  }
  return Buffer.concat(chunks);
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}

/** The same domain or one below it. */
function isWithin(domain: string, above: string): boolean {
  const lower = domain.toLowerCase();
  return above !== '' && (lower === above || lower.endsWith(`.${above}`));
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list;
}

function isIn(list: BlockList, address: string): boolean {
  // A socket that hears both families shows IPv4 inside IPv6.
  const bare = address.replace(/^::ffff:(?=\d+\.)/i, '');
  const family = isIP(bare);
  return family !== 0 && list.check(bare, family === 6 ? 'ipv6' : 'ipv4');
}

async function withinLimit<Result>(work: Promise<Result>, milliseconds: number): Promise<Result | null> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), milliseconds);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}
