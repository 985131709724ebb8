import type { Language } from '@caserelay/contracts';

/** What the page of a package says around its facts. */
export interface PageWords {
  title: string;
  requests: string;
  nothingAsked: string;
  escalated(at: string, to: string): string;
  missing: string;
  theCase: string;
  findings: string;
  noFindings: string;
  stack: string;
  evidence: string;
  noFiles: string;
  cutShort: string;
  checklist: string;
  environment: string;
  saidByCustomer(at: string): string;
  drivers: string;
  noDrivers: string;
  moreDrivers(count: number): string;
  questions: string;
  ours: string;
  theirs: string;
  unanswered: string;
  answered(at: string): string;
  done: string;
  steps: string;
  plan: string;
  byPlaybook: string;
  clocks: string;
  takenOn(by: string): string;
  timeline: string;
  workingTime(calendar: string, zone: string): string;
  noCalendar: string;
  leftOut(lines: number): string;
  onHold: string;
  madeAt(at: string, position: number): string;
  span(span: { days: number; hours: number; minutes: number }): string;
  labels: Record<
    | 'endCustomer'
    | 'partner'
    | 'contact'
    | 'owner'
    | 'problem'
    | 'topic'
    | 'openedAt'
    | 'cycle'
    | 'policy'
    | 'stopCode'
    | 'exception'
    | 'crash'
    | 'suspect'
    | 'reasons'
    | 'signature'
    | 'system'
    | 'crashedAt'
    | 'uptime'
    | 'kind'
    | 'completeness'
    | 'upload'
    | 'file'
    | 'size'
    | 'receivedAt'
    | 'state'
    | 'clock'
    | 'dueAt'
    | 'passed',
    string
  >;
}

export const pageWords: Readonly<Record<Language, PageWords>> = {
  'zh-CN': {
    title: '升级包',
    requests: '需要您做什么',
    nothingAsked: '目前没有提出请求；以下是案例的全部已知信息。',
    escalated: (at, to) => `${at} 升级给 ${to}：`,
    missing: '目前缺少的信息',
    theCase: '案例',
    findings: '转储分析（最新的在前）',
    noFindings: '还没有可以读取的转储。',
    stack: '调用堆栈（由崩溃处向外）',
    evidence: '证据',
    noFiles: '还没有收到文件。',
    cutShort: '没有传完整',
    checklist: '证据清单',
    environment: '环境',
    saidByCustomer: (at) => `客户来信（${at}）：`,
    drivers: '第三方驱动',
    noDrivers: '没有',
    moreDrivers: (count) => `另有 ${count} 个，见完整报告`,
    questions: '问答',
    ours: '我们问客户的',
    theirs: '客户问我们的',
    unanswered: '尚未答复',
    answered: (at) => `${at} 之后已答复`,
    done: '已经做了什么',
    steps: '按处理手册建议的操作',
    plan: '客户目前要做的',
    byPlaybook: '由处理手册得出',
    clocks: '计时',
    takenOn: (by) => `${by} 已接手`,
    timeline: '经过',
    workingTime: (calendar, zone) => `“+”之后是自案例建立起的工作时间（工作日历 ${calendar}，${zone}）。`,
    noCalendar: '策略没有工作日历，因此没有计算工作时间。',
    leftOut: (lines) => `较早的 ${lines} 条没有列出。`,
    onHold: '暂停至',
    madeAt: (at, position) => `生成于 ${at}，截至历史第 ${position} 条。只含已知的事实；未知的一律标明。`,
    span: ({ days, hours, minutes }) => `${days} 天 ${hours} 小时 ${minutes} 分`,
    labels: {
      endCustomer: '最终用户',
      partner: '合作伙伴',
      contact: '客户联系人',
      owner: '负责工程师',
      problem: '问题定义',
      topic: '主题',
      openedAt: '建立时间',
      cycle: '周期',
      policy: '策略版本',
      stopCode: '停止代码',
      exception: '异常',
      crash: '崩溃位置',
      suspect: '嫌疑模块',
      reasons: '嫌疑理由',
      signature: '崩溃特征',
      system: '系统版本',
      crashedAt: '崩溃时间',
      uptime: '崩溃前运行时间',
      kind: '转储类型',
      completeness: '完整性',
      upload: '上传编号',
      file: '文件',
      size: '大小',
      receivedAt: '收到时间',
      state: '状态',
      clock: '计时',
      dueAt: '到期时间',
      passed: '已用',
    },
  },
  en: {
    title: 'Escalation package',
    requests: 'What is asked of you',
    nothingAsked: 'Nothing is asked at present; this is all that is known of the case.',
    escalated: (at, to) => `Escalated at ${at} to ${to}:`,
    missing: 'What is missing',
    theCase: 'The case',
    findings: 'Dumps, the latest first',
    noFindings: 'No dump could be read so far.',
    stack: 'Call stack, from the crash outwards',
    evidence: 'Evidence',
    noFiles: 'No file was received so far.',
    cutShort: 'cut short',
    checklist: 'Evidence checklist',
    environment: 'Environment',
    saidByCustomer: (at) => `The customer wrote at ${at}:`,
    drivers: 'Drivers of other makers',
    noDrivers: 'none',
    moreDrivers: (count) => `and ${count} more, see the whole report`,
    questions: 'Questions',
    ours: 'Asked by us',
    theirs: 'Asked by the customer',
    unanswered: 'not answered yet',
    answered: (at) => `answered at ${at}`,
    done: 'What was done',
    steps: 'Suggested by playbook',
    plan: 'What the customer is to do at present',
    byPlaybook: 'by playbook',
    clocks: 'Clocks',
    takenOn: (by) => `taken on by ${by}`,
    timeline: 'What happened',
    workingTime: (calendar, zone) =>
      `Behind "+" stands the working time since the opening (calendar ${calendar}, ${zone}).`,
    noCalendar: 'The policy has no calendar, so no working time was counted.',
    leftOut: (lines) => `${lines} earlier lines are not listed.`,
    onHold: 'On hold until',
    madeAt: (at, position) =>
      `Made at ${at}, up to line ${position} of the history. It holds facts alone; what is unknown is said to be.`,
    span: ({ days, hours, minutes }) => `${days} d ${hours} h ${minutes} min`,
    labels: {
      endCustomer: 'End customer',
      partner: 'Partner',
      contact: 'Contact',
      owner: 'Engineer in charge',
      problem: 'Problem definition',
      topic: 'Topic',
      openedAt: 'Opened at',
      cycle: 'Cycle',
      policy: 'Version of the policy',
      stopCode: 'Stop code',
      exception: 'Exception',
      crash: 'Crashed in',
      suspect: 'Suspected module',
      reasons: 'Why it is suspected',
      signature: 'Signature',
      system: 'System version',
      crashedAt: 'Crashed at',
      uptime: 'Uptime before the crash',
      kind: 'Kind of dump',
      completeness: 'Completeness',
      upload: 'Upload',
      file: 'File',
      size: 'Size',
      receivedAt: 'Received at',
      state: 'State',
      clock: 'Clock',
      dueAt: 'Due',
      passed: 'Passed',
    },
  },
};
