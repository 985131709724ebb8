import { parseConfig } from '@caserelay/service-host';
import { describe, expect, it } from '@jest/globals';
import { config } from './config.js';

const read = (environment: Record<string, string>) => parseConfig(config, environment);

describe('SENIOR_ENGINEER', () => {
  it('is a name and an address', () =>
    expect(read({ SENIOR_ENGINEER: '王工 <wang@support.example>' }).SENIOR_ENGINEER).toEqual({
      name: '王工',
      address: 'wang@support.example',
    }));
  it('has a default', () => expect(read({}).SENIOR_ENGINEER.address).toBe('l2@support.example'));
  it.each(['wang@support.example', '王工 <wang>', '<a@b.example> x'])('is refused as %s', (value) =>
    expect(() => read({ SENIOR_ENGINEER: value })).toThrow('SENIOR_ENGINEER'),
  );
});
