import { yearsOfMainlandChina } from './holidays-cn.data.js';
import { defineHolidays } from './holidays.js';

/** Holidays and make-up days of mainland China, 2007 to 2026. A later year is added by `mergeHolidays`. */
export const holidaysOfMainlandChina = defineHolidays('cn', yearsOfMainlandChina);
