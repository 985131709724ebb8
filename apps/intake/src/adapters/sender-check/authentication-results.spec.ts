import { describe, expect, it } from '@jest/globals';
import { authenticationResults } from './authentication-results.js';

const mail = (headers: string): Buffer =>
  Buffer.from(`${headers}\r\nFrom: a@b.example\r\n\r\nAuthentication-Results: mx; dmarc=pass\r\n`);

describe('results of a mail server in front', () => {
  it('are read with their properties, without comments, from a folded header', () => {
    const raw = mail(
      'Authentication-Results: MX.support.example 1;\r\n\tspf=pass (sender (really) is ok) smtp.mailfrom="x@partner.example";\r\n dkim/1=pass header.d=partner.example;\r\n dmarc=FAIL header.from=partner.example',
    );
    expect(authenticationResults(raw, 'mx.support.example')).toEqual([
      { method: 'spf', result: 'pass', properties: { 'smtp.mailfrom': 'x@partner.example' } },
      { method: 'dkim', result: 'pass', properties: { 'header.d': 'partner.example' } },
      { method: 'dmarc', result: 'fail', properties: { 'header.from': 'partner.example' } },
    ]);
  });

  it('are of the topmost header of that name alone, for those below may have come with the mail', () => {
    const raw = mail(
      'Authentication-Results: other; dmarc=pass\r\nAuthentication-Results: mx; dmarc=fail\r\nAuthentication-Results: mx; dmarc=pass',
    );
    expect(authenticationResults(raw, 'mx')).toEqual([{ method: 'dmarc', result: 'fail', properties: {} }]);
  });

  it('in the body, or of another server, are none', () => {
    expect(authenticationResults(mail('Authentication-Results: mx.evil.example; dmarc=pass'), 'mx')).toBeNull();
    expect(authenticationResults(mail('X-Other: 1'), 'mx')).toBeNull();
  });

  it('may be nonsense of any length', () => {
    const raw = mail(`Authentication-Results: mx; ${'('.repeat(100_000)}; =; a=; =b; ${';x=y'.repeat(10_000)}`);
    expect(authenticationResults(raw, 'mx')).toEqual([]);
  });
});
