import { expect, test } from '@jest/globals';
import { pausesOf, retryAfterSeconds } from './pauses.js';

test('a pause is up to a fifth longer or shorter, and after the last one an event is given up', () => {
  const [shortest, longest] = [pausesOf([5, 30], () => 0), pausesOf([5, 30], () => 1)];
  expect([1, 2, 3].map((attempt) => shortest.afterAttempt(attempt))).toEqual([4, 24, null]);
  expect([1, 2, 3].map((attempt) => longest.afterAttempt(attempt))).toEqual([
    expect.closeTo(6),
    expect.closeTo(36),
    null,
  ]);
});

test('a receiver rests longer with each failure, an hour at the most', () => {
  const pauses = pausesOf([5, 30, 7_200], () => 0.5);
  expect([1, 2, 3, 4, 500].map((failures) => pauses.ofReceiver(failures))).toEqual([5, 30, 3_600, 3_600, 3_600]);
});

test.each([
  [null, null],
  ['120', 120],
  [' 7 ', 7],
  ['Wed, 21 Oct 2026 07:28:30 GMT', 30],
  ['Wed, 21 Oct 2026 07:27:00 GMT', 0],
  ['999999999', 86_400],
  ['Wed, 21 Oct 2099 07:28:30 GMT', 86_400],
  ['soon', null],
  ['-5', null],
])('Retry-After %p asks for %p seconds', (header, seconds) => {
  expect(retryAfterSeconds(header, new Date('2026-10-21T07:28:00Z'))).toBe(seconds);
});
