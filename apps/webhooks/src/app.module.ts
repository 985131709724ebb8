import { ConfigProblems, askForKey, defineService, type Host } from '@caserelay/service-host';
import type { DynamicModule, MiddlewareConsumer, NestModule } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { Counter, Gauge } from 'prom-client';
import { v7 as newId } from 'uuid';
import { readReceiverUrl, type AddressRules } from './adapters/receiver/address-guard.js';
import { postToReceiver, type PostOptions } from './adapters/receiver/post-to-receiver.js';
import { SecretBox } from './adapters/secret-box/secret-box.js';
import { keepMessage } from './adapters/webhook-store/keep-message.js';
import { SendingStore } from './adapters/webhook-store/sending-store.js';
import { WebhookBook } from './adapters/webhook-store/webhook-book.js';
import { WebhookTables1764400000000 } from './adapters/webhook-store/webhook-tables.js';
import { config } from './config.js';
import { pingReceiver } from './features/deliver-events/deliver-events.js';
import { DeliverEventsTimer, type DeliveringNeeds } from './features/deliver-events/deliver-events.timer.js';
import { pausesOf } from './features/deliver-events/pauses.js';
import { secretPrefix } from './features/deliver-events/sign-message.js';
import { KeepDeliveriesConsumer, KeepDeliveriesNeeds } from './features/keep-deliveries/keep-deliveries.consumer.js';
import {
  ManageWebhooksController,
  ManageWebhooksNeeds,
} from './features/manage-webhooks/manage-webhooks.controller.js';
import type { Needs as ManagingNeeds } from './features/manage-webhooks/manage-webhooks.js';

type WebhooksHost = Host<typeof config>;
type Post = DeliveringNeeds['post'];

const pollMilliseconds = 500;
/** Longer than an attempt may take, so that it is noted before somebody else takes what it sends. */
const leaseOf = (timeoutSeconds: number): number => timeoutSeconds * 1.5 + 0.5;
const robotBatch = 20;
const secretBytes = 32;

/** Sends what happens to other systems and to chat groups that want to know it. */
export const webhooks = defineService({
  name: 'webhooks',
  config,
  migrations: [WebhookTables1764400000000],
  module: (host): DynamicModule => {
    const { config: settings } = host;
    if (settings.WEBHOOKS_API_KEY !== undefined && settings.WEBHOOK_SECRET_KEY === undefined)
      throw new ConfigProblems(['WEBHOOK_SECRET_KEY: needed where WEBHOOKS_API_KEY opens the doors (it is not set)']);
    const box = new SecretBox(settings.WEBHOOK_SECRET_KEY ?? []);
    const store = storeOf(host, box);
    const post = posting(settings);
    const timer = timerOf(host, store, post);
    return {
      module: class WebhooksModule implements NestModule {
        configure(consumer: MiddlewareConsumer): void {
          consumer.apply(askForKey(settings.WEBHOOKS_API_KEY, 'WEBHOOKS_API_KEY')).forRoutes('v1/webhooks{/*path}');
        }
      },
      controllers: [KeepDeliveriesConsumer, ManageWebhooksController],
      providers: [
        { provide: DeliverEventsTimer, useFactory: () => timer },
        { provide: KeepDeliveriesNeeds, useValue: keepingNeeds(timer) },
        { provide: ManageWebhooksNeeds, useValue: managingNeeds(host, { box, store, post, timer }) },
      ],
    };
  },
});

function storeOf({ database, config: settings }: WebhooksHost, box: SecretBox): SendingStore {
  return new SendingStore(database, box, {
    leaseSeconds: leaseOf(settings.WEBHOOK_TIMEOUT_SECONDS),
    parallel: settings.WEBHOOK_PARALLEL,
    robotBatch,
    robotPauseSeconds: 60 / settings.WEBHOOK_ROBOT_MESSAGES_PER_MINUTE,
    disableDays: settings.WEBHOOK_DISABLE_DAYS,
  });
}

function keepingNeeds(timer: DeliverEventsTimer): KeepDeliveriesNeeds {
  return { keep: (event, { tx }) => keepMessage(tx, event), wakeSender: () => timer.wake() };
}

function rulesOf(settings: WebhooksHost['config']): AddressRules {
  return {
    allowedHosts: settings.WEBHOOK_ALLOWED_HOSTS,
    httpHosts: settings.WEBHOOK_HTTP_HOSTS,
    ports: settings.WEBHOOK_PORTS,
  };
}

function posting(settings: WebhooksHost['config']): Post {
  const file = settings.WEBHOOK_CA_FILE;
  const options: PostOptions = {
    rules: rulesOf(settings),
    limitMilliseconds: settings.WEBHOOK_TIMEOUT_SECONDS * 1000,
    dnsServers: settings.WEBHOOK_DNS_SERVERS ?? null,
    trusted: file === undefined ? null : [...rootCertificates, readFileSync(file, 'utf8')],
  };
  return (url, message) => postToReceiver(url, message, options);
}

function timerOf(host: WebhooksHost, store: SendingStore, post: Post): DeliverEventsTimer {
  const timer = new DeliverEventsTimer(deliveringNeeds(host, store, post), pollMilliseconds);
  host.onStop(() => timer.stop());
  return timer;
}

function deliveringNeeds(host: WebhooksHost, store: SendingStore, post: Post): DeliveringNeeds {
  const { config: settings, log, outbox } = host;
  const pauses = pausesOf(settings.WEBHOOK_RETRY_PAUSES_SECONDS, Math.random);
  const count = counterOf(host, store);
  return {
    due: () => store.due(),
    take: (webhookId) => store.take(webhookId),
    rest: (webhookId, why) => store.rest(webhookId, why),
    giveBack: (deliveries) => store.giveBack(deliveries),
    post,
    settleDelivered: (taken, outcome, milliseconds) => store.settleDelivered(taken, outcome, milliseconds),
    settleFailed: async (taken, outcome, milliseconds, tells) => {
      const disabled = await outbox.transaction(async (tx) => {
        const result = await store.settleFailed(tx, taken, outcome, { milliseconds, pauses });
        return { result, tells: result ? tells(result) : [] };
      });
      if (disabled) log.error({ ...disabled }, 'webhook disabled');
    },
    forget: () => store.forget(settings.WEBHOOK_KEEP_DAYS),
    observe: ({ receiver, deliveries }, outcome) => {
      count(outcome.is);
      const facts = { webhookId: receiver.webhookId, events: deliveries.map(({ eventId }) => eventId) };
      if (outcome.is === 'delivered') log.debug(facts, 'events delivered to a webhook');
      else log.warn({ ...facts, reason: outcome.error }, 'a webhook did not take events');
    },
    failed: (error) => log.error({ err: error }, 'webhooks could not be looked after; trying again'),
    // On the wall clock, however fast cases live: receivers compare the time that is signed with their own.
    now: () => new Date(),
  };
}

function managingNeeds(
  { database, config: settings }: WebhooksHost,
  { box, store, post, timer }: { box: SecretBox; store: SendingStore; post: Post; timer: DeliverEventsTimer },
): ManagingNeeds {
  const book = new WebhookBook(database, box, settings.WEBHOOKS_MAX);
  const rules = rulesOf(settings);
  return {
    readUrl: (text) => readReceiverUrl(text, rules),
    newSecret: () => `${secretPrefix}${randomBytes(secretBytes).toString('base64')}`,
    list: () => book.list(),
    find: (webhookId) => book.find(webhookId),
    add: (webhook) => book.add(webhook),
    change: (webhookId, change) => book.change(webhookId, change),
    remove: (webhookId) => book.remove(webhookId),
    rotate: (webhookId, secret, overlapSeconds) => book.rotate(webhookId, secret, overlapSeconds),
    ping: async (webhookId) => {
      const receiver = await store.find(webhookId);
      return receiver && (await pingReceiver(receiver, { id: newId(), now: () => new Date(), post }));
    },
    deliveries: (webhookId, page) => book.deliveries(webhookId, page),
    replayOne: (webhookId, deliveryId) => book.replayOne(webhookId, deliveryId),
    replaySince: (webhookId, replay) => book.replaySince(webhookId, replay),
    wakeSender: () => timer.wake(),
  };
}

function counterOf({ metrics }: WebhooksHost, store: SendingStore): (outcome: string) => void {
  const attempts = new Counter({
    name: 'caserelay_webhook_attempts_total',
    help: 'Attempts to send to a receiver, by what became of them',
    labelNames: ['outcome'],
    registers: [metrics],
  });
  const oldest = new Gauge({
    name: 'caserelay_webhook_oldest_seconds',
    help: 'Age of the oldest event that waits for a receiver',
    registers: [metrics],
  });
  const disabled = new Gauge({
    name: 'caserelay_webhooks_disabled',
    help: 'Receivers that are disabled',
    registers: [metrics],
  });
  new Gauge({
    name: 'caserelay_webhook_waiting',
    help: 'Events that wait for a receiver or are under way',
    registers: [metrics],
    async collect() {
      const found = await store.measure();
      this.set(found.waiting);
      oldest.set(found.oldestSeconds);
      disabled.set(found.disabled);
    },
  });
  return (outcome) => attempts.inc({ outcome });
}
