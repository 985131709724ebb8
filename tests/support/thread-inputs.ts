import { readFileSync } from 'node:fs';
import { fullDump, kernelDump, zipOf } from './synthetic-dump.js';
import { testData } from './test-data.js';
import { isHandWritten, type Thread, type ThreadMail } from './thread.js';
import { isStillWritten } from './hand-written-mails.js';

/** One thing that people or other systems do in the play, in the order of the thread. */
export interface Input {
  /** Number of the thread's mail that this stands for, or that it belongs to. */
  n: number;
  at: Date;
  title: string;
  mail: ThreadMail | null;
  /** Posted by the centre's ticket system before the mail. */
  ticket: Record<string, unknown> | null;
  uploads: { name: string; bytes: Buffer }[];
}

const crash = { build: 17763, crashedAt: new Date('2020-04-29T01:12:33Z'), uptimeSeconds: 3_722 };
const listEntry = { ...crash, bugcheck: 0x139, parameters: [3n, 0xfffff8073a1f5c60n, 0xfffff8073a1f5bb8n, 0n] };

/**
 * What people still do when CaseRelay does the rest: every mail of the customer, the answers to free questions, the
 * request for an account that opens the case. The files are what the thread tells of: a kernel dump where a full one
 * was needed, a full dump that broke, a photo of the program list, at last a whole full dump.
 */
export function inputsOf(thread: Thread): Input[] {
  const inputs: Input[] = [];
  for (const mail of thread.mails) {
    if (mail.n === 2) inputs.push({ ...ticketInput(thread, mail), uploads: [] });
    if (isHandWritten(mail) && !isStillWritten(mail)) continue;
    inputs.push({ n: mail.n, at: mail.sentAt, title: titleOf(mail), mail, ticket: null, uploads: uploadsOf(mail.n) });
  }
  return inputs;
}

/** The centre's ticket system tells who reported the problem; in the thread the engineer knew it by telephone. */
function ticketInput(thread: Thread, mail: ThreadMail): Omit<Input, 'uploads'> {
  return {
    n: mail.n,
    at: mail.sentAt,
    title: 'the ticket system registers who called the hot line',
    mail: null,
    ticket: {
      caseNumber: thread.caseNumber,
      trackingToken: thread.trackingToken,
      partner: thread.partner,
      endCustomer: thread.endCustomer,
      problem: '财务的电脑装机后出现蓝屏问题，电脑装过wps、用友还有其他一些软件。',
      contact: { name: '合作伙伴联系人', address: 'contact@partner.example' },
      owner: { name: '一线工程师', address: 'l1@support.example' },
      language: 'zh-CN',
    },
  };
}

function titleOf(mail: ThreadMail): string {
  return `${mail.from.name} writes: ${mail.text.replaceAll(/\s+/g, ' ').slice(0, 40)}`;
}

function uploadsOf(n: number): Input['uploads'] {
  switch (n) {
    case 7: {
      const small = testData('dumps/rizin-triage_x64.dmp');
      return [
        { name: 'MEMORY.DMP', bytes: kernelDump({ ...listEntry, megabytes: 4 }) },
        ...(small === null ? [] : [{ name: '022121-3747-01.dmp', bytes: readFileSync(small) }]),
      ];
    }
    case 13: {
      const broken = fullDump({
        ...crash,
        crashedAt: new Date('2020-05-07T05:40:10Z'),
        bugcheck: 0x1e,
        parameters: [0xffffffffc0000005n, 0xffffd1ba599fb11en, 1n, 0xc004n],
        megabytes: 6,
        truncateTo: 4 * 1024 * 1024,
      });
      return [{ name: '蓝屏日志0507.zip', bytes: zipOf({ 'MEMORY.DMP': broken }) }];
    }
    case 21:
      return [{ name: '程序列表.jpg', bytes: photo() }];
    case 25: {
      // Its memory holds the crash that the thread's engineer found by hand: bad memory met in Ntfs.sys.
      const whole = fullDump({ ...crash, crashedAt: new Date('2020-05-28T07:31:02Z'), megabytes: 8 });
      return [{ name: 'MEMORY-0528.DMP', bytes: whole }];
    }
    default:
      return [];
  }
}

/** Bytes that begin and end as a JPEG does. */
function photo(): Buffer {
  const bytes = Buffer.alloc(200_000, 0x5a);
  Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex').copy(bytes);
  bytes.writeUInt16BE(0xffd9, bytes.length - 2);
  return bytes;
}
