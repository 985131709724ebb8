import type { HolidayYear } from '@caserelay/business-calendar';
import { Problem } from '@caserelay/service-host';
import { Body, Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import {
  importHolidays,
  previewHolidays,
  type Change,
  type HolidayImport,
  type Needs,
  type Preview,
} from './change-policies.js';
import { ChangePoliciesNeeds } from './change-policies.controller.js';
import { act, answering, clip } from '../../policy-request.js';
import { read } from '../../read-request.js';

const names = z.record(z.string().max(10), z.string().min(1).max(100)).refine((all) => Object.keys(all).length <= 366);
const Year = z.strictObject({
  year: z.number().int(),
  announcements: z.array(z.strictObject({ source: z.string().max(500), announced: z.string().max(10) })).max(20),
  holidays: names,
  makeUpDays: names.default({}),
});
const Importing = z.strictObject({ year: Year.nullable().default(null), ...act });
const AskingOfYear = z.strictObject({ year: Year.nullable().default(null) });

/** Holidays that were announced late: see what they would move, and take them. */
@Controller('v1/holidays')
export class ImportHolidaysController {
  constructor(@Inject(ChangePoliciesNeeds) private readonly needs: Needs) {}

  @Get(':country')
  async show(@Param('country') country: string): Promise<unknown> {
    const holidays = isCountry(country) ? await this.needs.holidaysOf(country) : null;
    if (holidays) return holidays;
    throw new Problem(
      404,
      'Unknown country',
      `nobody knows the holidays of "${clip(country)}"; expected one such as cn, de or de-by`,
    );
  }

  @Post(':country/preview')
  @HttpCode(200)
  async preview(
    @Param('country') country: string,
    @Body() body: unknown,
  ): Promise<HolidayImport & { policies: Preview[] }> {
    return await answering(
      previewHolidays(known(country), read(AskingOfYear, body).year as HolidayYear | null, this.needs),
    );
  }

  @Post(':country/import')
  @HttpCode(200)
  async import(
    @Param('country') country: string,
    @Body() body: unknown,
  ): Promise<HolidayImport & { policies: Change[] }> {
    return await answering(importHolidays(known(country), read(Importing, body), this.needs));
  }
}

const isCountry = (country: string): boolean => /^[a-z]{2}(-[a-z0-9]{1,10}){0,2}$/.test(country);

function known(country: string): string {
  if (isCountry(country)) return country;
  throw new Problem(400, 'Bad request', `country is "${clip(country)}"; expected one such as cn, de or de-by`);
}
