import { describe, expect, test } from '@jest/globals';
import { admitEngineer } from './admit-engineer.js';

const expected = { user: 'engineer', password: 'long enough: 密码' };
const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
const right = basic('engineer:long enough: 密码');
const request = { method: 'GET', path: '/v1/cases', authorization: right, origin: undefined, host: 'console:8080' };

describe('admitEngineer', () => {
  test('lets the engineer in', () => {
    expect(admitEngineer(request, expected)).toBe('welcome');
  });

  test.each([
    undefined,
    '',
    'Bearer x',
    basic('engineer:wrong'),
    basic('Engineer:long enough: 密码'),
    basic('engineer'),
  ])('keeps %j out', (authorization) => {
    expect(admitEngineer({ ...request, authorization }, expected)).toBe('who-are-you');
  });

  test.each(['/health/live', '/health/ready', '/metrics'])('%s needs no password', (path) => {
    expect(admitEngineer({ ...request, path, authorization: undefined }, expected)).toBe('welcome');
  });

  test.each(['/health/live/', '/health/../v1/cases', '//metrics', '/metrics/x', '/'])('%s needs one', (path) => {
    expect(admitEngineer({ ...request, path, authorization: undefined }, expected)).toBe('who-are-you');
  });

  test.each(['https://evil.example', 'null', 'http://console:9090'])(
    'a change asked for by a page of %s is refused',
    (origin) => {
      expect(admitEngineer({ ...request, method: 'POST', origin }, expected)).toBe('foreign-page');
    },
  );

  test("a change asked for by the console's own page, or by no page, is welcome", () => {
    expect(admitEngineer({ ...request, method: 'POST', origin: 'http://console:8080' }, expected)).toBe('welcome');
    expect(admitEngineer({ ...request, method: 'POST' }, expected)).toBe('welcome');
  });
});
