import { expect, test } from '@jest/globals';
import { withoutPasswords } from './without-passwords.js';

test.each([
  ['账号：sxmtdzjt\n密码：Xk3mP9w2', '账号：sxmtdzjt\n密码：••••'],
  ['   密码： Xk3mP9w2\n注意上传前', '   密码： ••••\n注意上传前'],
  ['Password is: s3cret!, host a', 'Password is: •••• host a'],
  ['密码：不对', '密码：不对'],
  ['请重置密码\nthanks', '请重置密码\nthanks'],
])('“%s” travels as “%s”', (text, safe) => {
  expect(withoutPasswords(text)).toBe(safe);
});
