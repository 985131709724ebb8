import { Problem } from '@caserelay/service-host';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Put, Query } from '@nestjs/common';
import { z } from 'zod';
import {
  applyPolicy,
  keepPolicy,
  previewPolicy,
  type Change,
  type KeptPolicy,
  type Needs,
  type Preview,
} from './change-policies.js';
import { act, answering, clip } from '../../policy-request.js';
import { read } from '../../read-request.js';

/** What the doors need beside the deeds: to look at what is kept. */
export interface ChangePoliciesNeeds extends Needs {
  version(name: string, number: number): Promise<KeptPolicy | null>;
  versions(name: string, limit: number): Promise<Omit<KeptPolicy, 'policy' | 'document'>[]>;
  changes(name: string, limit: number): Promise<Change[]>;
}
export const ChangePoliciesNeeds = Symbol('ChangePoliciesNeeds');

const text = z.string().min(1).max(200_000);
const Keeping = z.strictObject({ document: text, basedOn: z.string().max(100).nullable().default(null), ...act });
const Asking = z.strictObject({ document: text.nullable().default(null) });
const Applying = z.strictObject({ version: z.string().max(100), ...act });
const Page = z.object({ limit: z.coerce.number().int().min(1).max(200).default(50) });

/** Policies: look at every version, keep a new one, see what it would move, let open cases live by it. */
@Controller('v1/policies')
export class ChangePoliciesController {
  constructor(@Inject(ChangePoliciesNeeds) private readonly needs: ChangePoliciesNeeds) {}

  @Get()
  async list(): Promise<unknown> {
    const heads = await this.needs.heads();
    return { policies: heads.map(({ policy, document: _, ...head }) => ({ ...head, title: policy.document.title })) };
  }

  @Get(':name')
  async show(@Param('name') name: string): Promise<unknown> {
    return shown(found(await this.needs.head(name), name));
  }

  @Get(':name/versions')
  async versions(@Param('name') name: string, @Query() query: unknown): Promise<unknown> {
    return { versions: await this.needs.versions(name, read(Page, query).limit) };
  }

  @Get(':name/versions/:number')
  async version(@Param('name') name: string, @Param('number') number: string): Promise<unknown> {
    const wanted = /^[1-9]\d{0,8}$/.test(number) ? await this.needs.version(name, Number(number)) : null;
    return shown(found(wanted, `${name}-${number}`));
  }

  @Get(':name/changes')
  async changes(@Param('name') name: string, @Query() query: unknown): Promise<{ changes: Change[] }> {
    return { changes: await this.needs.changes(name, read(Page, query).limit) };
  }

  @Put(':name')
  async keep(@Param('name') name: string, @Body() body: unknown): Promise<unknown> {
    return shown(await answering(keepPolicy(name, read(Keeping, body), this.needs)));
  }

  @Post(':name/preview')
  @HttpCode(200)
  async preview(@Param('name') name: string, @Body() body: unknown): Promise<Preview> {
    const { document } = read(Asking, body);
    if (document === null) found(await this.needs.head(name), name);
    return await answering(previewPolicy(name, document, this.needs));
  }

  @Post(':name/apply')
  @HttpCode(200)
  async apply(@Param('name') name: string, @Body() body: unknown): Promise<Change> {
    const asked = read(Applying, body);
    found(await this.needs.head(name), name);
    return await applyPolicy(name, asked, this.needs);
  }
}

/** The document as its text and as what was read of it; calendars are worked out from it and not shown. */
function shown({ policy, ...kept }: KeptPolicy): unknown {
  return { ...kept, read: policy.document };
}

function found<Found>(kept: Found | null, name: string): Found {
  if (kept) return kept;
  throw new Problem(404, 'Unknown policy', `no policy is kept as "${clip(name)}"; expected one of /v1/policies`);
}
