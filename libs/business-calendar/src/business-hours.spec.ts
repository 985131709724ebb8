import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { testData } from '../../../tests/support/test-data.js';
import { checkVectors, type OracleFile } from './check-vectors.js';

const small: OracleFile = {
  generated_by: 'hand',
  schedules: {
    office: {
      hours: { mon: { '09:00': '17:00' } },
      tz: 'Europe/Berlin',
      holidays: ['2024-01-08'],
      shifts: { '2024-01-09': { '10:00': '12:00' } },
      breaks: { '2024-01-09': { '11:00': '11:30' } },
    },
  },
  vectors: [
    {
      schedule: 'office',
      start: '2024-01-01T09:00:00Z',
      minutes: 420,
      due: '2024-01-09T09:00:00Z',
      to: '2024-01-09T11:00:00Z',
      within_seconds: 420 * 60 + 90 * 60,
      open_at_start: true,
    },
  ],
};

const path = testData('oracles/business-hours.json');
if (path === null) {
  process.stderr.write('business-hours.spec: no oracles/business-hours.json in the test data, so it is not compared\n');
}

describe('the vectors of another library', () => {
  (path === null ? it.skip : it)('are all met', () => {
    const result = checkVectors(JSON.parse(readFileSync(path ?? '', 'utf8')) as OracleFile);
    expect(result).toEqual({ matched: 525, of: 525, mismatches: [] });
  });

  it('are due at the next opening, know shifts, holidays and breaks of a date', () => {
    expect(checkVectors(small)).toEqual({ matched: 1, of: 1, mismatches: [] });
  });

  it('are named one by one when they are not met', () => {
    const [vector] = small.vectors;
    const wrong = { ...vector!, due: '2024-01-01T16:00:00Z', within_seconds: 1, open_at_start: false };
    const lost = { ...vector!, schedule: 'shop' };
    expect(checkVectors({ ...small, vectors: [vector!, wrong, lost] })).toEqual({
      matched: 1,
      of: 3,
      mismatches: [
        '1: office from 2024-01-01T09:00:00Z: 420 minutes are due at 2024-01-09T09:00:00.000Z, expected ' +
          '2024-01-01T16:00:00Z; 30600 seconds until 2024-01-09T11:00:00Z, expected 1; open is true, expected false',
        '2: shop from 2024-01-01T09:00:00Z: no schedule is named "shop"',
      ],
    });
  });
});
