import { Problem } from '@caserelay/service-host';
import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Patch, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import {
  BadOrder,
  changeWebhook,
  ChangeWebhook,
  createWebhook,
  CreateWebhook,
  DeliveryPage,
  Replay,
  RotateSecret,
  rotateSecret,
  type KeptDelivery,
  type Needs,
  type Webhook,
} from './manage-webhooks.js';

export const ManageWebhooksNeeds = Symbol('ManageWebhooksNeeds');

@Controller('v1/webhooks')
export class ManageWebhooksController {
  constructor(@Inject(ManageWebhooksNeeds) private readonly needs: Needs) {}

  @Get()
  async list(): Promise<{ webhooks: Webhook[] }> {
    return { webhooks: await this.needs.list() };
  }

  @Post()
  async create(@Body() body: unknown): Promise<Webhook & { secret: string | null }> {
    const { webhook, secret } = await obeyed(createWebhook(read(CreateWebhook, body), this.needs));
    return { ...webhook, secret };
  }

  @Get(':id')
  async show(@Param('id') id: string): Promise<Webhook> {
    return known(await this.needs.find(idIn(id)), id);
  }

  @Patch(':id')
  async change(@Param('id') id: string, @Body() body: unknown): Promise<Webhook> {
    return known(await obeyed(changeWebhook(idIn(id), read(ChangeWebhook, body), this.needs)), id);
  }

  @Delete(':id')
  @HttpCode(204)
  async remove(@Param('id') id: string): Promise<void> {
    if (!(await this.needs.remove(idIn(id)))) throw unknown(id);
  }

  @Post(':id/rotate-secret')
  @HttpCode(200)
  async rotate(
    @Param('id') id: string,
    @Body() body: unknown,
  ): Promise<{ secret: string | null; oldValidUntil: Date }> {
    return known(await obeyed(rotateSecret(idIn(id), read(RotateSecret, body), this.needs)), id);
  }

  @Post(':id/ping')
  @HttpCode(200)
  async ping(@Param('id') id: string): Promise<{ delivered: boolean; status: number | null; error: string | null }> {
    const outcome = known(await this.needs.ping(idIn(id)), id);
    return {
      delivered: outcome.is === 'delivered',
      status: outcome.status,
      error: outcome.is === 'delivered' ? null : outcome.error,
    };
  }

  @Get(':id/deliveries')
  async deliveries(
    @Param('id') id: string,
    @Query() query: unknown,
  ): Promise<{ deliveries: Omit<KeptDelivery, 'position'>[]; next: string | null }> {
    const page = read(DeliveryPage, query);
    known(await this.needs.find(idIn(id)), id);
    const found = await this.needs.deliveries(id, page);
    return {
      deliveries: found.map(({ position: _position, ...delivery }) => delivery),
      next: found.length < page.limit ? null : (found.at(-1)?.position ?? null),
    };
  }

  @Post(':id/deliveries/:deliveryId/replay')
  @HttpCode(200)
  async replayOne(@Param('id') id: string, @Param('deliveryId') deliveryId: string): Promise<{ replayed: number }> {
    const replayed = await this.needs.replayOne(idIn(id), idIn(deliveryId));
    if (replayed === null) throw unknown(deliveryId);
    if (!replayed) throw new Problem(409, 'Not settled', `the delivery "${deliveryId}" waits or is under way already`);
    this.needs.wakeSender();
    return { replayed: 1 };
  }

  @Post(':id/replay')
  @HttpCode(200)
  async replaySince(@Param('id') id: string, @Body() body: unknown): Promise<{ replayed: number }> {
    const replay = read(Replay, body);
    known(await this.needs.find(idIn(id)), id);
    const replayed = await this.needs.replaySince(id, replay);
    this.needs.wakeSender();
    return { replayed };
  }
}

function idIn(text: string): string {
  if (!z.uuid().safeParse(text).success) throw unknown(text);
  return text;
}

function known<Thing>(thing: Thing | null, id: string): Thing {
  if (thing === null) throw unknown(id);
  return thing;
}

function unknown(id: string): Problem {
  return new Problem(404, 'Unknown', `nothing has the id "${id.slice(0, 100)}"; expected one that a list shows`);
}

/** What a request says, or a problem that names each fault. */
function read<Schema extends z.ZodType>(schema: Schema, input: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(input ?? {});
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.map(String).join('.')}: ${issue.message}`);
  throw new Problem(400, 'Bad request', faults.join('; '));
}

async function obeyed<Answer>(work: Promise<Answer>): Promise<Answer> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof BadOrder) throw new Problem(400, 'Bad request', error.message);
    throw error;
  }
}
