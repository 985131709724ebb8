import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { ConfigProblems, parseConfig } from './config.js';

describe('the settings of a service', () => {
  it('have visible defaults', () => {
    expect(parseConfig({}, {})).toMatchObject({
      NAMESPACE: 'caserelay',
      CLOCK_SPEED: 1,
      RETRY_PAUSES_SECONDS: [1, 5, 30, 120, 600, 3600],
    });
  });

  it('are refused with every problem at once, each with the value found', () => {
    const start = () =>
      parseConfig({ SMTP_PORT: z.coerce.number().int().max(65535) }, { SMTP_PORT: '99999', LOG_LEVEL: 'loud' });
    expect(start).toThrow(ConfigProblems);
    expect(start).toThrow(/SMTP_PORT: .*65535.*\(found "99999"\)/);
    expect(start).toThrow(/LOG_LEVEL: .*\(found "loud"\)/);
  });

  it('never show a secret', () => {
    const start = () => parseConfig({ CONSOLE_PASSWORD: z.string().min(8) }, { CONSOLE_PASSWORD: 'hunter2' });
    expect(start).toThrow(/CONSOLE_PASSWORD/);
    expect(start).not.toThrow(/hunter2/);
  });

  it('take an empty value for not set', () => expect(parseConfig({}, { LOG_LEVEL: '' }).LOG_LEVEL).toBe('info'));
});
