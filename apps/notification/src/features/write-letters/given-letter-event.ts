import type {
  CaseFile,
  DumpFinding,
  EventOf,
  PurgedFile,
  Language,
  Person,
  RecognisedDump,
  UploadSpace,
} from '@caserelay/contracts';
import type { LetterEvent, LetterSettings } from './letter-bodies.js';

/** A UUID that ends in a number, to tell ids apart in specs. */
const id = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

export const caseId = id(1);
export const customer: Person = { name: '合作伙伴联系人', address: 'contact@partner.example' };
export const engineer: Person = { name: '一线工程师', address: 'l1@support.example' };
export const senior: Person = { name: '二线工程师', address: 'l2@support.example' };

export const settings: LetterSettings = {
  mailDomain: 'support.example',
  senderName: 'CaseRelay',
  teamAddress: 'team@support.example',
  servicePhone: '400-818-0055',
  surveyUrl: null,
  collectionToolUrl: null,
  casesUrl: null,
  zone: 'Asia/Shanghai',
  customerPage: (caseId, address) =>
    `https://support.example/customer/${caseId.slice(-4)}-${address.split('@')[0] ?? ''}`,
};

export const space: UploadSpace = {
  spaceId: id(2),
  account: 'sxmtdzjt',
  host: 'sftp.support.example',
  port: 22222,
  folder: '/upload',
  link: 'https://support.example/password/one-time-link',
  linkExpiresAt: '2020-05-28T18:00:00.000+08:00',
  hostKeyFingerprint: 'SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDXlwbpBWsbS5qmoEk',
};

export function file(language: Language, news: Partial<CaseFile> = {}): CaseFile {
  return {
    caseNumber: 'CAS-02227-X4W1B1',
    trackingToken: 'CMIT:0001409',
    topic: '西安中御智诚信息技术有限公司帮陕西省煤田地质集团有限公司反馈电脑蓝屏问题',
    partner: '西安中御智诚信息技术有限公司',
    endCustomer: '陕西省煤田地质集团有限公司',
    problem: '财务的电脑装机后出现蓝屏问题，电脑装过wps、用友还有其他一些软件。',
    contact: customer,
    owner: engineer,
    language,
    lastMessageId: '<20200429013845.7@partner.example>',
    ...news,
  };
}

/** The first upload of the thread: a kernel dump where a full dump was needed. */
export const kernelDump: DumpFinding = {
  member: null,
  format: 'kernel-dump-64',
  kind: 'kernel',
  bugcheck: {
    code: '0x139',
    name: 'KERNEL_SECURITY_CHECK_FAILURE',
    parameters: [
      { value: '0x0000000000000003', meaning: 'A LIST_ENTRY has been corrupted (i.e. double remove).' },
      { value: '0xffffc08a5fa0e7f0', meaning: 'Address of the trap frame' },
    ],
  },
  exception: null,
  machine: 'amd64',
  osBuild: 17763,
  osName: 'Windows 10 1809',
  processors: 4,
  crashedAt: '2020-04-28T08:12:44Z',
  uptimeSeconds: 93_784,
  completeness: {
    verdict: 'complete',
    foundBytes: 635_437_056,
    expectedBytes: 635_437_056,
    reason: 'kernel memory only',
  },
};

/** The same while it arrives in an archive. */
export const recognisedKernelDump: RecognisedDump = {
  member: 'MEMORY.DMP',
  format: kernelDump.format,
  kind: kernelDump.kind,
  bugcheck: kernelDump.bugcheck,
  exception: null,
  machine: kernelDump.machine,
  osBuild: kernelDump.osBuild,
  osName: kernelDump.osName,
  crashedAt: kernelDump.crashedAt,
  uptimeSeconds: kernelDump.uptimeSeconds,
  expectedBytes: 635_437_056,
  arrivedBytes: 1_048_576,
};

/** The second one: a full dump that was cut short on its way. */
export const cutFullDump: DumpFinding = {
  ...kernelDump,
  member: 'MEMORY.DMP',
  kind: 'full',
  bugcheck: {
    code: '0x1e',
    name: 'KMODE_EXCEPTION_NOT_HANDLED',
    parameters: [{ value: '0xffffffffc0000005', meaning: 'The exception code that was not handled' }],
  },
  crashedAt: '2020-05-07T06:40:03Z',
  completeness: {
    verdict: 'truncated',
    foundBytes: 4_294_967_296,
    expectedBytes: 8_589_942_784,
    reason: 'found 4294967296 bytes, the header promises 8589942784',
  },
};

export const fullDump: DumpFinding = {
  ...cutFullDump,
  bugcheck: kernelDump.bugcheck,
  completeness: { verdict: 'complete', foundBytes: 8_589_942_784, expectedBytes: 8_589_942_784, reason: 'all there' },
};

export const sha256 = 'ab'.repeat(32);

type DataOf = { [Type in LetterEvent['type']]: (language: Language) => EventOf<Type>['data'] };

const dataOf: DataOf = {
  'case.upload-space-announced': (language) => ({ file: file(language), space, to: engineer }),
  'case.evidence-requested': (language) => ({
    file: file(language),
    space,
    wanted: ['full-dump', 'os-version', 'reproduction-steps'],
    because: 'first-response',
  }),
  'case.collection-suggested': (language) => ({ file: file(language), space }),
  'case.wrong-dump-noticed': (language) => ({
    file: file(language),
    space,
    uploadId: id(3),
    name: '0429.zip',
    dump: recognisedKernelDump,
    nextSteps: ['configure-full-dump', 'collect-full-dump', 'compress-before-upload'],
  }),
  'case.upload-quarantined': (language) => ({
    file: file(language),
    to: customer,
    audience: 'customer',
    uploadId: id(3),
    name: 'tools.zip',
    bytes: 1_048_576,
    sha256,
    signature: 'Win.Test.EICAR_HDB-1',
    scanner: 'ClamAV 1.4.3/27500/Thu Nov 27 08:12:01 2025',
    scannedAt: '2020-05-07T09:26:40.000Z',
  }),
  'case.upload-acknowledged': (language) => ({
    file: file(language),
    uploadId: id(3),
    name: '0507.zip',
    bytes: 1_234_567,
    sha256,
  }),
  'case.analysis-reported': (language) => ({
    file: file(language),
    space,
    uploadId: id(3),
    name: '0507.zip',
    findings: [cutFullDump],
    earlierFindings: [kernelDump],
    verdict: 'dump-truncated',
    reason: cutFullDump.completeness.reason,
    nextSteps: ['collect-full-dump', 'compress-before-upload', 'list-installed-programs'],
  }),
  'case.escalated': (language) => ({
    file: file(language),
    to: senior,
    because: 'dump-damaged',
    reason: '0507.zip: found 4294967296 bytes, the header promises 8589942784',
    uploads: [{ uploadId: id(3), name: '0507.zip', bytes: 1_234_567, sha256 }],
    findings: [kernelDump, cutFullDump],
    customerWords: [{ at: '2020-05-07T09:01:55.000+08:00', text: '你好，4月30日帮客户配置了，\n死机卡死，不蓝屏。' }],
    space,
  }),
  'case.level-reached': (language) => ({
    file: file(language),
    to: senior,
    ...{ clock: 'first-response', cycle: 1, level: 2, ofLevels: 3, percent: 100, kind: 'breach', time: 1 },
    startedAt: '2020-04-30T17:00:00.000+08:00',
    dueAt: '2020-05-06T17:00:00.000+08:00',
    goal: { milliseconds: 28_800_000, calendar: 'office' },
    againAt: null,
    ...{ policy: 'standard-1', priority: 'p3' },
  }),
  'case.customer-forwarded': (language) => ({
    file: file(language),
    mailId: id(4),
    kind: 'question',
    from: customer,
    text: '1.请问能否直接复制ntfs.sys文件进行替换。\n2.开启special pool ，是还需要继续收集蓝屏日志吗',
  }),
  'case.answer-forwarded': (language) => ({
    file: file(language),
    mailId: id(5),
    from: engineer,
    text: '客户，您好\n理论上可以复制并替换此文件，但必须是同一版本的文件。',
  }),
  'case.customer-reminded': (language) => ({
    file: file(language),
    space,
    step: 1,
    ofSteps: 3,
    wanted: ['full-dump', 'installed-programs'],
    planSteps: ['update-windows'],
  }),
  'case.observation-started': (language) => ({
    file: file(language),
    space,
    until: '2020-06-03T09:00:00.000+08:00',
    because: 'no-evidence',
  }),
  'case.archived': (language) => ({
    file: file(language),
    because: 'closed-by-engineer',
    openedAt: '2020-04-28T18:04:28.002+08:00',
    findings: [kernelDump, fullDump],
    steps: ['update-windows', 'enable-special-pool'],
    engineerSummary: '更新过程出现问题，定位与镜像定制有关系。',
    counts: { uploads: 4, customerMails: 13, reminders: 5 },
    retention: { readOnlyUntil: '2020-06-15T09:00:00.000+08:00', evidenceUntil: '2020-12-05T09:00:00.000+08:00' },
  }),
  'case.purge-overdue': (language) => ({
    file: file(language),
    to: engineer,
    requestedAt: '2020-12-07T01:00:00.000Z',
    dueAt: '2020-12-08T01:00:00.000Z',
    awaited: ['uploads', 'reports'],
  }),
  'case.evidence-purged': (language) => ({
    file: file(language),
    account: 'sxmtdzjt',
    requestedAt: '2020-12-07T01:00:00.000Z',
    files: [
      ...[purgedFile('upload', '0507/MEMORY.zip', sha256), purgedFile('upload', 'MEMORY.DMP', null)],
      ...[purgedFile('mail', '回复：电脑蓝屏', sha256), purgedFile('attachment', 'appwiz.jpg', sha256)],
      purgedFile('report', 'MEMORY.zip.json', sha256),
    ],
    filesInAll: 5,
    bytesInAll: 5_000_000,
    kept: 1,
    keptBecause: ['in-other-cases'],
  }),
  'case.owner-changed': (language) => ({
    file: file(language, { owner: senior }),
    ...{ from: engineer, by: engineer, note: '下周休假，请接手。', phase: 'action-planned' },
    findings: [kernelDump],
    questions: ['其他电脑是否也有蓝屏？'],
    customerWords: [{ at: '2020-05-06T10:00:00.000+08:00', text: '今天又蓝屏了一次。' }],
  }),
  'case.resumed': (language) => ({
    file: file(language),
    ...{ because: 'time-over', by: null, to: engineer, reason: '等待停机窗口' },
    heldSince: '2020-05-01T09:00:00.000+08:00',
  }),
  'case.merged': (language) => ({
    file: file(language),
    into: { caseId: id(8), file: file(language, { caseNumber: 'CAS-02230-D4E5F6', trackingToken: 'CMIT:0001412' }) },
    ...{ by: engineer, reason: '同一台电脑的同一次蓝屏' },
  }),
  'case.question-asked': (language) => ({
    file: file(language),
    ...{ questionId: id(7), text: '其他电脑是否也有蓝屏？', by: engineer, space },
  }),
  'case.plan-written': (language) => ({
    file: file(language),
    ...{ planId: id(8), items: ['更新 ntfs.sys', '启用特殊池'], by: engineer, space },
    checkAt: '2020-05-10T09:00:00.000+08:00',
  }),
  'case.plan-ticked': (language) => ({
    file: file(language),
    ...{ planId: id(8), openItems: 1, ofItems: 2, by: customer },
    items: [{ item: 2, text: '启用特殊池', step: null, isDone: false, words: '找不到“驱动程序验证器”' }],
  }),
  'case.survey-asked': (language) => ({
    file: file(language),
    ...{ cycle: 1, policy: 'standard-1', within: 'letter' },
    ...{ archivedAt: '2020-06-08T09:00:00.000+08:00', closesAt: '2020-07-09T09:00:00.000+08:00' },
  }),
  'case.low-grade-given': (language) => ({
    file: file(language),
    ...{ to: senior, cycle: 1, policy: 'standard-1', grade: 2, solved: 'partly', atOrBelow: 2, by: customer },
    words: '等了两周才知道转储类型不对。',
  }),
};

function purgedFile(kind: PurgedFile['kind'], name: string, hash: string | null): PurgedFile {
  const times = { receivedAt: '2020-05-07T09:25:12.000Z', purgedAt: '2020-12-07T01:00:02.114Z' };
  return { kind, name, bytes: 1_000_000, sha256: hash, ...times };
}

export const letterEventTypes = Object.keys(dataOf) as LetterEvent['type'][];

/** A whole event as in the real thread; a spec names only what matters to it. */
export function given<Type extends LetterEvent['type']>(
  type: Type,
  language: Language,
  news: Partial<EventOf<Type>['data']> = {},
): EventOf<Type> {
  const data = { ...(dataOf[type] as (language: Language) => EventOf<Type>['data'])(language), ...news };
  const envelope = { specversion: '1.0', id: id(100), source: '/caserelay/case-workflow', subject: caseId };
  return { ...envelope, time: '2020-05-07T17:38:18.000+08:00', type, data } as unknown as EventOf<Type>;
}
