import { services } from '@caserelay/contracts';
import { ConfigProblems } from '@caserelay/service-host';
import { describe, expect, it } from '@jest/globals';
import { environmentOf, rolesOf } from './config.js';

describe('the roles of a process', () => {
  it('are all services when nothing is said', () => expect(rolesOf({})).toEqual(services));
  it('are the one that ROLE names', () => expect(rolesOf({ ROLE: 'intake' })).toEqual(['intake']));
  it('are refused by name when unknown', () => expect(() => rolesOf({ ROLE: 'inteke' })).toThrow(ConfigProblems));
});

describe('the HTTP port of a service', () => {
  it('is its own', () =>
    expect(environmentOf('dump-analysis', { DUMP_ANALYSIS_HTTP_PORT: '1', HTTP_PORT: '2' }, 6).HTTP_PORT).toBe('1'));
  it('is the plain one only where it is alone', () => {
    expect(environmentOf('intake', { HTTP_PORT: '2' }, 1).HTTP_PORT).toBe('2');
    expect(environmentOf('intake', { HTTP_PORT: '2' }, 6).HTTP_PORT).toBeUndefined();
  });
});
