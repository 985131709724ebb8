import { describe, expect, it } from '@jest/globals';
import { auditCsv } from './audit-csv.js';

const line = {
  entryId: 7,
  at: new Date('2026-03-02T04:00:00Z'),
  action: 'rename',
  outcome: 'done',
  reason: null,
  actor: 'customer',
  caseId: null,
  spaceId: null,
  account: 'sxmtdzjt',
  address: '203.0.113.7',
  client: 'WinSCP_release_6.3',
  sessionId: null,
  path: '/upload/a "b",c.dmp',
  toPath: '/upload/内存.dmp',
  bytes: 70_000,
};

describe('the audit log as CSV', () => {
  it('has a head, quotes what needs it, and says its times in UTC', () => {
    const [head, row, end] = auditCsv([line]).split('\r\n');
    expect(head).toBe(
      '\uFEFFentryId,at,action,outcome,reason,actor,caseId,spaceId,account,address,client,sessionId,path,toPath,bytes',
    );
    expect(row).toBe(
      '7,2026-03-02T04:00:00.000Z,rename,done,,customer,,,sxmtdzjt,203.0.113.7,WinSCP_release_6.3,,"/upload/a ""b"",c.dmp",/upload/内存.dmp,70000',
    );
    expect(end).toBe('');
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)'])('makes no formula of %s', (client) => {
    expect(auditCsv([{ ...line, client }])).toContain(`,'${client},`);
  });
});
