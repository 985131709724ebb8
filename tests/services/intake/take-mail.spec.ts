import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SendMailOptions } from 'nodemailer';
import { until } from '../../support/until.js';
import { anIntake, type IntakeSystem } from './intake-system.js';
import { evidenceAt } from '../../support/evidence.js';

let intake: IntakeSystem;
let evidence: string;
beforeAll(async () => {
  intake = await anIntake({ SMTP_MAX_BYTES: '300000' });
  evidence = intake.system.environment['EVIDENCE_DIR'] as string;
});
afterAll(async () => {
  await intake.remove();
});

const textAt = async (location: string): Promise<string> =>
  (await evidenceAt(intake.system.environment, location)).toString();

let counter = 0;
/** A mail of a customer about a case that nobody knows; a test says only what matters to it. */
function aMail(more: SendMailOptions = {}): SendMailOptions & { messageId: string } {
  return {
    from: '联系人 <contact@partner.example>',
    to: 'case@support.example',
    subject: '电脑蓝屏',
    text: '财务的电脑装机后出现蓝屏。',
    messageId: `<${randomUUID()}@partner.example>`,
    ...more,
  };
}

function aToken(): string {
  counter += 1;
  return `CMIT:${String(counter).padStart(7, '0')}`;
}

const typesOf = (caseId: string): string[] => intake.of(caseId).map(({ type }) => type);

/** Sends a mail that is told, so that everything told before it has come in. */
async function settle(): Promise<void> {
  const last = aMail({ subject: 'the last one' });
  expect(await intake.send(last)).toMatchObject({ code: 250 });
  await intake.received(last.messageId);
}

describe('a first mail', () => {
  test('opens a case, reports its problem and is kept as it came', async () => {
    const token = aToken();
    const mail = aMail({ subject: `[案例号: CAS-00001-AAAAAA ] % 甲公司帮乙公司反馈电脑蓝屏问题 % 初次响应 ${token}` });
    expect((await intake.send(mail)).code).toBe(250);
    const received = await intake.received(mail.messageId);
    expect(intake.of(received.subject)).toMatchObject([
      {
        type: 'problem.reported',
        data: {
          caseNumber: 'CAS-00001-AAAAAA',
          trackingToken: token,
          topic: '% 甲公司帮乙公司反馈电脑蓝屏问题 % 初次响应',
          partner: '甲公司',
          endCustomer: '乙公司',
          problem: '电脑蓝屏问题',
          contact: { name: '联系人', address: 'contact@partner.example' },
          owner: null,
          language: 'zh-CN',
          channel: 'mail',
        },
      },
      { type: 'mail.received', data: { kind: 'problem', author: 'customer', text: '财务的电脑装机后出现蓝屏。' } },
    ]);
    expect(await textAt(received.data.location)).toContain(mail.messageId);
  });

  test('without number and token gets both', async () => {
    const mail = aMail();
    await intake.send(mail);
    const { subject } = await intake.received(mail.messageId);
    expect(intake.of(subject)[0]?.data).toMatchObject({
      caseNumber: expect.stringMatching(/^CAS-\d{5}-[A-Z0-9]{6}$/),
      trackingToken: expect.stringMatching(/^CMIT:\d{7}$/),
    });
  });

  test('of a colleague names the owner and asks for the account', async () => {
    const mail = aMail({ from: 'L1 <l1@support.example>', text: '请帮忙建立sftp服务器账号和密码', subject: aToken() });
    await intake.send(mail);
    const received = await intake.received(mail.messageId);
    expect(received.data).toMatchObject({ author: 'colleague', kind: 'upload-space-request' });
    expect(intake.of(received.subject)[0]?.data).toMatchObject({
      contact: null,
      owner: { address: 'l1@support.example' },
    });
  });

  test('opens one case when two come at the same moment', async () => {
    const token = aToken();
    const mails = Array.from({ length: 6 }, (_, index) => aMail({ subject: token, text: `text ${index}` }));
    await Promise.all(mails.map((mail) => intake.send(mail)));
    const received = await Promise.all(mails.map(({ messageId }) => intake.received(messageId)));
    expect(new Set(received.map(({ subject }) => subject)).size).toBe(1);
    expect(typesOf(received[0]?.subject ?? '').filter((type) => type === 'problem.reported')).toHaveLength(1);
  });
});

describe('a reply', () => {
  test('joins its case by token and completes what the case does not know', async () => {
    const subject = aToken();
    const request = aMail({ from: 'l1@support.example', subject, text: '请帮忙建立sftp服务器账号' });
    await intake.send(request);
    const { subject: caseId } = await intake.received(request.messageId);
    const replies = [aMail({ subject: `回复: ${subject}`, text: '已有日志文件' }), aMail({ subject, text: '好的' })];
    for (const reply of replies) {
      await intake.send(reply);
      expect((await intake.received(reply.messageId)).subject).toBe(caseId);
    }
    expect(typesOf(caseId)).toEqual([
      'problem.reported',
      'mail.received',
      'problem.reported',
      'mail.received',
      'mail.received',
    ]);
    expect(intake.of(caseId)[2]?.data).toMatchObject({ contact: { address: 'contact@partner.example' }, owner: null });
  });

  test('joins its case by the Message-ID of our own letter, whatever its subject says', async () => {
    const first = aMail();
    await intake.send(first);
    const { subject: caseId } = await intake.received(first.messageId);
    const reply = aMail({ subject: aToken(), inReplyTo: `<${caseId}.${randomUUID()}@support.example>` });
    await intake.send(reply);
    expect((await intake.received(reply.messageId)).subject).toBe(caseId);
  });

  test('joins its case by References, and stands without the quoted mail', async () => {
    const first = aMail();
    await intake.send(first);
    const { subject: caseId } = await intake.received(first.messageId);
    const reply = aMail({
      references: ['<unknown@partner.example>', first.messageId],
      text: 'DMP已上传至FTP，请查看\n---原始邮件---\n请上传',
    });
    await intake.send(reply);
    const received = await intake.received(reply.messageId);
    expect(received.subject).toBe(caseId);
    expect(received.data).toMatchObject({ kind: 'upload-notice', text: 'DMP已上传至FTP，请查看' });
  });
});

describe('a mail counts once', () => {
  test('when it comes again, by another way and at the same moment', async () => {
    const mail = aMail({ subject: aToken(), date: new Date() });
    const again = { ...mail, headers: { Received: 'from elsewhere' } };
    const replies = await Promise.all([intake.send(mail), intake.send(again), intake.send(mail)]);
    expect(replies.map(({ code }) => code)).toEqual([250, 250, 250]);
    const { subject: caseId } = await intake.received(mail.messageId);
    await settle();
    expect(typesOf(caseId)).toEqual(['problem.reported', 'mail.received']);
  });

  test('but twice when only its Message-ID is the same', async () => {
    const mail = aMail({ subject: aToken() });
    await intake.send(mail);
    const { subject: caseId } = await intake.received(mail.messageId);
    await intake.send({ ...mail, text: '又蓝屏了' });
    await settle();
    expect(typesOf(caseId)).toEqual(['problem.reported', 'mail.received', 'mail.received']);
  });
});

describe('mail of machines', () => {
  const automatic = { headers: { 'Auto-Submitted': 'auto-replied' } };

  test('opens no case', async () => {
    const before = intake.told.length;
    const mail = aMail(automatic);
    const bounce = aMail({ envelope: { from: '', to: 'case@support.example' } });
    expect((await intake.send(mail)).code).toBe(250);
    expect((await intake.send(bounce)).code).toBe(250);
    await settle();
    expect(intake.told).toHaveLength(before + 2);
    const rows = await intake.rows('select kind, case_id from {schema}.mail where message_id = $1', [mail.messageId]);
    expect(rows).toEqual([{ kind: 'automatic-reply', case_id: null }]);
  });

  test('is told of a known case, but reports nothing', async () => {
    const subject = aToken();
    await intake.send(aMail({ subject, from: 'l1@support.example' }));
    const mails = [aMail({ subject, ...automatic }), aMail({ subject, from: 'CaseRelay <case@support.example>' })];
    for (const mail of mails) {
      await intake.send(mail);
      const received = await intake.received(mail.messageId);
      expect(received.data.kind).toBe('automatic-reply');
      expect(typesOf(received.subject).filter((type) => type === 'problem.reported')).toHaveLength(1);
    }
  });
});

describe('a bounce', () => {
  test('is told of the case whose letter it is about, with the address and what became of it', async () => {
    const mail = aMail({ subject: aToken() });
    await intake.send(mail);
    const { subject: caseId } = await intake.received(mail.messageId);
    const letter = `<${caseId}.${randomUUID()}@support.example>`;
    const messageId = `<${randomUUID()}@mx.example>`;
    await intake.send({
      envelope: { from: '', to: 'case@support.example' },
      raw: [
        'From: MAILER-DAEMON@mx.example',
        'To: case@support.example',
        'Subject: failure notice',
        `Message-ID: ${messageId}`,
        '',
        'Hi. This is the qmail-send program at mx.example.',
        '',
        '<contact@partner.example>:',
        'Sorry, no mailbox here by that name. (#5.1.1)',
        '',
        '--- Below this line is a copy of the message.',
        '',
        `Message-ID: ${letter}`,
      ].join('\r\n'),
    });
    const bounce = await intake.received(messageId);
    expect(bounce).toMatchObject({ subject: caseId, data: { kind: 'automatic-reply' } });
    expect(bounce.data.kindReason).toContain('failed 5.1.1 contact@partner.example');
  });
});

describe('a mail that is not as it should be', () => {
  test('without a sender in it is from whom the mail server heard it', async () => {
    const messageId = `<${randomUUID()}@partner.example>`;
    const envelope = { from: 'contact@partner.example', to: 'case@support.example' };
    const raw = `From: \r\nSubject: ${aToken()}\r\nMessage-ID: ${messageId}\r\n\r\nblue screen`;
    expect(await intake.send({ envelope, raw })).toMatchObject({ code: 250 });
    expect((await intake.received(messageId)).data.from.address).toBe('contact@partner.example');
  });

  test('over a list of ours is a person’s, over another list nobody’s', async () => {
    const headers = { Precedence: 'list', 'List-Id': 'Support <help.support.example>' };
    const ours = aMail({ subject: 'over our list', headers });
    await intake.send(ours);
    expect((await intake.received(ours.messageId)).data.kind).toBe('problem');
    const other = aMail({ subject: 'news', headers: { ...headers, 'List-Id': 'News <news.shop.example>' } });
    expect(await intake.send(other)).toMatchObject({ code: 250 });
    const rows = await intake.rows('select kind, case_id from {schema}.mail where message_id = $1', [other.messageId]);
    expect(rows).toEqual([{ kind: 'automatic-reply', case_id: null }]);
  });
});

describe('what cannot be taken', () => {
  test('is refused for addresses of others', async () => {
    expect(await intake.send(aMail({ to: 'someone@elsewhere.example' }))).toMatchObject({ code: 550 });
  });

  test('is kept for people and refused with the reason', async () => {
    const envelope = { from: 'x@partner.example', to: 'case@support.example' };
    const reply = await intake.send({ envelope, raw: 'no mail at all' });
    expect(reply.code).toBe(554);
    expect(reply.text).toContain('header lines such as "From: …" are wanted, found "no mail at all');
    const rows = await intake.rows<{ location: string }>('select location from {schema}.rejected_mail');
    expect(await textAt(rows[0]?.location ?? '')).toContain('no mail at all');
  });

  test('is refused when too large, and leaves nothing', async () => {
    const before = await readdir(join(evidence, 'mails'));
    expect((await intake.send(aMail({ text: 'x'.repeat(400_000) }))).code).toBe(552);
    expect(await readdir(join(evidence, 'mails'))).toEqual(before);
    expect(await readdir(join(evidence, 'incoming'))).toEqual([]);
  });

  test('is asked for again while the database is away, and then counts once', async () => {
    const mail = aMail({ subject: aToken(), date: new Date() });
    const { database } = intake.service.host;
    await database.destroy();
    try {
      expect((await intake.send(mail)).code).toBe(451);
    } finally {
      await database.initialize();
    }
    expect((await intake.send(mail)).code).toBe(250);
    expect(typesOf((await intake.received(mail.messageId)).subject)).toEqual(['problem.reported', 'mail.received']);
  });

  test('is asked for again while the disk is away', async () => {
    const mail = aMail({ subject: aToken() });
    const incoming = join(evidence, 'incoming');
    await rename(incoming, `${incoming}.away`);
    await writeFile(incoming, 'no folder');
    try {
      expect((await intake.send(mail)).code).toBe(451);
    } finally {
      await rm(incoming);
      await rename(`${incoming}.away`, incoming);
    }
    expect((await intake.send(mail)).code).toBe(250);
  });
});

describe('attachments', () => {
  test('lie in the evidence store under harmless names', async () => {
    const mail = aMail({
      subject: aToken(),
      attachments: [
        { filename: '../../../etc/passwd', content: 'one' },
        { filename: '截图 1.png', content: 'two' },
      ],
    });
    await intake.send(mail);
    const { attachments } = (await intake.received(mail.messageId)).data;
    expect(attachments.map(({ location }) => location.replace(/[0-9a-f]{64}/, '…'))).toEqual([
      'attachments/…/passwd',
      'attachments/…/截图 1.png',
    ]);
    for (const { location, bytes } of attachments)
      expect((await evidenceAt(intake.system.environment, location)).length).toBe(bytes);
  });

  test('and texts may hold what no database keeps', async () => {
    const mail = aMail({ subject: `nul\u0000 ${aToken()}`, text: 'a\u0000b \ud83d c' });
    expect((await intake.send(mail)).code).toBe(250);
    await until('the mail is told', () => intake.received(mail.messageId));
  });
});
