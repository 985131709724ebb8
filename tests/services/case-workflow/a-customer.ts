import { standardPolicyText } from '@caserelay/case-lifecycle';
import { caseWorkflow } from '@caserelay/case-workflow';
import type { AnyEvent, EventOf, EventType } from '@caserelay/contracts';
import { notification } from '@caserelay/notification';
import { CustomerLinks, runService, type RunningService } from '@caserelay/service-host';
import { connect, type ChannelModel, type ConfirmChannel } from 'amqplib';
import { randomBytes, randomUUID } from 'node:crypto';
import { freePort } from '../../support/caserelay-processes.js';
import { aSystem, type System } from '../../support/system.js';
import { until } from '../../support/until.js';
import { MailPeer } from '../notification/mail-peer.js';

export const engineer = { name: '一线工程师', address: 'l1@support.example' };
export const contact = { name: '合作伙伴联系人', address: 'contact@partner.example' };
const apiKey = 'a-key-that-opens-doors';

/** case-workflow and notification, with a mail server on the other side: what it takes to write to a customer and hear them. */
export class Centre {
  readonly peer = new MailPeer();
  readonly links: CustomerLinks;
  private readonly heard: AnyEvent[] = [];
  private system!: System;
  private workflow!: RunningService;
  private letters!: RunningService;
  private connection!: ChannelModel;
  private channel!: ConfirmChannel;

  private constructor(private readonly key: string) {
    this.links = new CustomerLinks(Buffer.from(key, 'base64url'));
  }

  static async open(): Promise<Centre> {
    const centre = new Centre(randomBytes(32).toString('base64url'));
    await centre.start();
    return centre;
  }

  get url(): string {
    return this.workflow.url;
  }

  private async start(): Promise<void> {
    await this.peer.start();
    const port = await freePort();
    this.system = await aSystem({
      CASES_API_KEY: apiKey,
      CUSTOMER_PAGE_KEY: this.key,
      CUSTOMER_PAGE_URL: `http://127.0.0.1:${port}/`,
      MAIL_SERVER_URL: this.peer.url,
      LETTER_RETRY_SECONDS: '0.05',
    });
    const { environment } = this.system;
    this.workflow = await runService(caseWorkflow, { ...environment, HTTP_PORT: `${port}` });
    this.letters = await runService(notification, environment);
    for (const { name, url } of [this.workflow, this.letters])
      await until(`${name} is ready`, async () => (await fetch(`${url}/health/ready`)).ok);
    this.connection = await connect(environment['AMQP_URL'] as string);
    this.channel = await this.connection.createConfirmChannel();
    const { queue } = await this.channel.assertQueue('', { exclusive: true });
    await this.channel.bindQueue(queue, this.workflow.host.topology.events, 'case.#');
    await this.channel.consume(
      queue,
      (message) => message && this.heard.push(JSON.parse(message.content.toString()) as AnyEvent),
      { noAck: true },
    );
    for (const name of ['quick', 'reported']) await this.keepPolicy(name);
  }

  /** Asks a second after the archive, at any hour. */
  private async keepPolicy(name: string): Promise<void> {
    const document = standardPolicyText
      .replace('name: standard', `name: ${name}`)
      .replace(/^customerHours: .*$/m, '')
      .replace('after: 1d', 'after: 1s');
    await this.api('PUT', `/v1/policies/${name}`, { document, by: engineer });
  }

  async close(): Promise<void> {
    await this.connection.close();
    await this.letters.stop();
    await this.workflow.stop();
    await this.peer.close();
    await this.system.remove();
  }

  async api(method: string, path: string, body?: object): Promise<{ status: number; body: Record<string, unknown> }> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${apiKey}`,
        'idempotency-key': randomUUID(),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  async ask(caseId: string, command: object): Promise<Record<string, unknown>> {
    const { status, body } = await this.api('POST', `/v1/cases/${caseId}/commands`, { by: engineer, ...command });
    if (status !== 200) throw new Error(`the command was answered with ${status}: ${JSON.stringify(body)}`);
    return body;
  }

  told<Type extends EventType>(caseId: string, type: Type): EventOf<Type>[] {
    return this.heard.filter((event) => event.subject === caseId && event.type === type) as EventOf<Type>[];
  }

  async whenTold<Type extends EventType>(caseId: string, type: Type): Promise<EventOf<Type>> {
    const [first] = await until(`${type} is told`, () => {
      const told = this.told(caseId, type);
      return told.length > 0 && told;
    });
    if (!first) throw new Error(`${type} is not told`);
    return first;
  }

  async tell(caseId: string, type: EventType, data: object): Promise<void> {
    const id = randomUUID();
    const event = {
      ...{ specversion: '1.0', id, source: '/caserelay/intake', type, subject: caseId },
      ...{ time: new Date().toISOString(), data },
    };
    this.channel.publish(this.workflow.host.topology.events, type, Buffer.from(JSON.stringify(event)), {
      messageId: id,
    });
    await this.channel.waitForConfirms();
  }

  async aCase(news: { contract?: string; language?: 'zh-CN' | 'en'; topic?: string } = {}): Promise<string> {
    const caseId = randomUUID();
    await this.tell(caseId, 'problem.reported', {
      ...{ caseNumber: `CAS-${caseId.slice(0, 8)}`, trackingToken: `CMIT:${caseId.slice(0, 8)}` },
      ...{ topic: '财务电脑蓝屏', partner: null, endCustomer: null, problem: null, contact, owner: engineer },
      ...{ language: 'zh-CN', channel: 'ticket', ...news },
    });
    await this.whenTold(caseId, 'case.opened');
    return caseId;
  }

  async aPlan(items: string[], news: Parameters<Centre['aCase']>[0] = {}): Promise<{ caseId: string; link: string }> {
    const caseId = await this.aCase(news);
    await this.ask(caseId, { type: 'write-plan', items });
    return { caseId, link: await this.linkIn(caseId) };
  }

  /** Archived by an engineer after they had answered the customer. */
  async anArchive(news: Parameters<Centre['aCase']>[0] = {}): Promise<{ caseId: string; link: string }> {
    const caseId = await this.aCase(news);
    await this.ask(caseId, { type: 'answer', text: '请更新驱动程序。' });
    await this.ask(caseId, { type: 'archive', summary: '已更新驱动程序。' });
    return { caseId, link: this.linkOf(caseId) };
  }

  linkOf(caseId: string, address = contact.address): string {
    return `${this.url}/customer/${this.links.tokenFor(caseId, address)}`;
  }

  /** The link that a letter of the case carries to its contact. */
  async linkIn(caseId: string): Promise<string> {
    return await until('a letter with a link is there', () => {
      const mails = this.peer.about(caseId).filter(({ to }) => JSON.stringify(to).includes(contact.address));
      return mails.flatMap(({ text }) => /http\S+\/customer\/[\w-]{64}/.exec(text ?? '')?.[0] ?? [])[0];
    });
  }

  async historyOf(caseId: string): Promise<string[]> {
    const { body } = await this.api('GET', `/v1/cases/${caseId}`);
    return (body['history'] as { type: string }[]).map(({ type }) => type);
  }
}

/** The fields of a form of a page, as a browser would send them untouched. */
export function fieldsOf(page: string, what: 'plan' | 'survey'): URLSearchParams {
  const form = page.split('<form ').find((part) => part.includes(`value="${what}"`)) ?? '';
  const fields = new URLSearchParams();
  for (const [input] of form.matchAll(/<input [^>]*>/g)) {
    const read = (name: string): string | undefined => new RegExp(` ${name}="([^"]*)"`).exec(input)?.[1];
    if (read('type') !== 'hidden' && !input.includes(' checked')) continue;
    fields.set(read('name') ?? '', read('value') ?? 'on');
  }
  return fields;
}

export async function post(link: string, fields: URLSearchParams, headers: Record<string, string> = {}) {
  const response = await fetch(link, { method: 'POST', body: fields, redirect: 'manual', headers });
  return { status: response.status, location: response.headers.get('location'), text: await response.text() };
}
