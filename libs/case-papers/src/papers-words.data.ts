import type {
  EventOf,
  EventType,
  Evidence,
  Language,
  LinkKind,
  PackageFile,
  PackageRequest,
  Phase,
} from '@caserelay/contracts';

type Data<Type extends EventType> = EventOf<Type>['data'];

/** What packages and summaries say. Both languages have the same keys, because both are of this type. */
export interface PapersWords {
  colon: string;
  /** What stands for a fact that nobody told. */
  unknown: string;
  none: string;
  evidence: Record<Evidence, string>;
  phases: Record<Phase, string>;
  clocks: Readonly<Record<string, string>>;
  clockStates: Record<'running' | 'paused' | 'breached', string>;
  links: Record<LinkKind, string>;
  because: Record<Data<'case.escalated'>['because'], string>;
  missing: Readonly<Record<string, string>>;
  asks: Record<PackageRequest['ask'], string>;
  fileStates: Record<PackageFile['state'], string>;
  fileKinds: Readonly<Record<string, string>>;
  questionStates: Record<'unheard' | 'heard' | 'closed', string>;
  line: {
    opened: string;
    mail: Record<'customer' | 'colleague', string>;
    asked(wanted: string): string;
    collection: string;
    received(name: string, bytes: string): string;
    cutShort(name: string): string;
    noticed(name: string): string;
    read(name: string, verdict: string): string;
    verdict: Record<Data<'case.analysis-reported'>['verdict'], string>;
    seen(name: string, description: string): string;
    escalated(to: string, because: string): string;
    advised(steps: string, checkAt: string): string;
    planned(by: string): string;
    ticked(by: string, item: number, isDone: boolean): string;
    customerTicked(by: string, done: number, all: number): string;
    questioned(by: string): string;
    questionClosed(by: string): string;
    forwarded: string;
    answered(by: string): string;
    reminded(step: number, ofSteps: number): string;
    observing: Record<Data<'case.observation-started'>['because'], (until: string) => string>;
    archived: Record<Data<'case.archived'>['because'], string>;
    reopened: Record<Data<'case.reopened'>['because'], string>;
    held(by: string, until: string): string;
    resumed(by: string | null): string;
    priority(by: string, from: string, to: string): string;
    handedOver(by: string): string;
    level(clock: string, percent: number, to: string): string;
    acknowledged(clock: string, by: string): string;
    linked(caseNumber: string, as: string): string;
    unlinked(caseNumber: string): string;
    noted(by: string): string;
  };
  summary: {
    title: string;
    draft: string;
    findings: string;
    engineer: string;
    suspect: string;
    cause: string;
    noCause: string;
    steps: string;
    noSteps: string;
    plan: string;
    done(at: string): string;
    notDone: string;
    observation: string;
    observed: Record<Data<'case.observation-started'>['because'], (from: string, to: string) => string>;
    noNews: string;
    ended: string;
    stillRuns: string;
    lastHeard: string;
    advice: string;
    collectNext: { title: string; steps: string[] };
    missing: string;
    missingFacts: Readonly<Record<string, string>>;
    labels: Record<
      | 'caseNumber'
      | 'token'
      | 'partner'
      | 'endCustomer'
      | 'problem'
      | 'openedAt'
      | 'closedAt'
      | 'uploads'
      | 'customerMails'
      | 'reminders',
      string
    >;
  };
}

export const papersWords: Readonly<Record<Language, PapersWords>> = {
  'zh-CN': {
    colon: '：',
    unknown: '未知',
    none: '无',
    evidence: {
      'full-dump': '蓝屏的 Full Dump',
      'installed-programs': '已安装程序列表',
      'collected-logs': '收集的系统信息和日志',
      'os-version': '操作系统版本',
      'reproduction-steps': '触发蓝屏的操作步骤',
    },
    phases: {
      reported: '已报告',
      'awaiting-evidence': '等待证据',
      analysing: '分析中',
      escalated: '已升级',
      'action-planned': '已定方案',
      observing: '观察中',
      archived: '已归档',
      merged: '已合并到其他案例',
    },
    clocks: {
      'first-response': '初次响应',
      'upload-space': '开通上传账号',
      analysis: '分析',
      'follow-up': '跟进客户',
      'plan-check': '回访方案',
      engineer: '等待工程师',
      observation: '观察期',
      grace: '宽限期',
      retention: '保留期',
      survey: '等待调查',
      'survey-answer': '等待调查答复',
    },
    clockStates: { running: '计时中', paused: '暂停', breached: '已超时' },
    links: { parent: '上级案例', child: '下级案例', related: '相关案例', original: '原案例', duplicate: '重复案例' },
    because: {
      'dump-damaged': '转储损坏或不完整',
      'no-known-plan': '没有对应的已知处理方案',
      'analysis-overdue': '分析超过约定时间',
      'asked-by-person': '同事请求协助',
    },
    missing: {
      partner: '合作伙伴',
      'end-customer': '最终用户',
      problem: '问题描述',
      contact: '客户联系人',
      owner: '负责工程师',
      system: '操作系统版本（没有可读取的系统转储）',
      drivers: '第三方驱动列表（没有列出驱动的转储）',
      files: '客户上传的文件',
      'full-dump': '完整的 Full Dump',
      findings: '转储的分析结果',
      suspect: '嫌疑模块（已读取的转储都没有指出）',
      stack: '调用堆栈（已读取的转储都没有）',
      'installed-programs': '已安装程序列表',
      'reproduction-steps': '触发蓝屏的操作步骤',
      'earlier-lines': '较早的一部分经过（见完整历史）',
    },
    asks: {
      'read-damaged-dump': '判断损坏的转储能否用其他方法读取，并告知客户下一步',
      'find-cause': '找出原因，给出处理方案',
      'finish-analysis': '完成超时的分析',
      'as-asked': '按同事的请求处理',
      'judge-suspect': '核实程序指出的嫌疑模块（可信度不高）',
      'answer-customer': '答复客户的问题',
      'take-over-clock': '接手已超时的计时',
    },
    fileStates: {
      'not-read': '尚未读取',
      'being-read': '正在读取',
      dump: '已读取，含转储',
      unreadable: '无法作为转储读取',
      other: '已查看，不是转储',
      read: '已读取',
    },
    fileKinds: { image: '图片', text: '文本', archive: '压缩包', document: '文档', other: '其他' },
    questionStates: { unheard: '客户尚未来信', heard: '客户已来信，待确认', closed: '已结束' },
    line: {
      opened: '案例建立',
      mail: { customer: '客户来信', colleague: '同事来信' },
      asked: (wanted) => `请客户提供：${wanted}`,
      collection: '建议客户在等待期间先收集系统信息',
      received: (name, bytes) => `收到文件 ${name}（${bytes}）`,
      cutShort: (name) => `${name} 没有传完整`,
      noticed: (name) => `上传未完时告知客户：${name} 不是完整转储`,
      read: (name, verdict) => `${name} 的分析结果：${verdict}`,
      verdict: {
        'full-dump': '完整的 Full Dump',
        'not-a-full-dump': '不是 Full Dump',
        'dump-truncated': '转储不完整',
        'dump-unreadable': '无法作为转储读取',
      },
      seen: (name, description) => `${name} 不是转储：${description}`,
      escalated: (to, because) => `升级给 ${to}：${because}`,
      advised: (steps, checkAt) => `建议客户：${steps}；${checkAt} 回访`,
      planned: (by) => `${by} 写下处理方案`,
      ticked: (by, item, isDone) => `${by} 将方案第 ${item} 项标为${isDone ? '已完成' : '未完成'}`,
      customerTicked: (by, done, all) => `${by} 更新了方案进展：已完成 ${done}/${all} 项`,
      questioned: (by) => `${by} 向客户提问`,
      questionClosed: (by) => `${by} 结束一个问题`,
      forwarded: '客户的问题已转交工程师',
      answered: (by) => `${by} 答复客户`,
      reminded: (step, ofSteps) => `第 ${step} 次催办客户（共 ${ofSteps} 次）`,
      observing: {
        'no-evidence': (until) => `没有收到证据，观察至 ${until}`,
        'plan-carried-out': (until) => `方案已交给客户，观察至 ${until}`,
      },
      archived: { 'observed-without-news': '观察期内没有新情况，归档', 'closed-by-engineer': '工程师结案，归档' },
      reopened: {
        'customer-wrote': '客户来信，重新打开',
        'new-upload': '有新的上传，重新打开',
        'asked-by-person': '工程师重新打开',
      },
      held: (by, until) => `${by} 暂停案例至 ${until}`,
      resumed: (by) => (by === null ? '暂停时间已到，继续计时' : `${by} 恢复案例`),
      priority: (by, from, to) => `${by} 将优先级由 ${from} 改为 ${to}`,
      handedOver: (by) => `${by} 更换负责工程师`,
      level: (clock, percent, to) => `${clock}时限已用去 ${percent}%，通知 ${to}`,
      acknowledged: (clock, by) => `${by} 接手${clock}`,
      linked: (caseNumber, as) => `关联 ${caseNumber}（${as}）`,
      unlinked: (caseNumber) => `取消关联 ${caseNumber}`,
      noted: (by) => `${by} 的备注`,
    },
    summary: {
      title: '案例总结',
      draft: '草稿：案例尚未归档。',
      findings: '分析结论',
      engineer: '工程师总结',
      suspect: '嫌疑模块',
      cause: '原因',
      noCause: '没有可读取的转储，原因未知。',
      steps: '已建议的操作',
      noSteps: '没有建议过操作。',
      plan: '书面方案',
      done: (at) => `已于 ${at} 完成`,
      notDone: '未确认完成',
      observation: '观察结果',
      observed: {
        'no-evidence': (from, to) => `没有收到所需数据，自 ${from} 至 ${to} 观察。`,
        'plan-carried-out': (from, to) => `方案交给客户之后，自 ${from} 至 ${to} 观察。`,
      },
      noNews: '期间没有收到新的蓝屏或其他消息。',
      ended: '观察期未满，由工程师结案。',
      stillRuns: '观察尚未结束。',
      lastHeard: '您最近一次来信',
      advice: '后续建议',
      collectNext: {
        title: '如果蓝屏再次出现',
        steps: ['保留最新的 MEMORY.DMP，压缩后上传；目前还没有收到完整的 Full Dump。'],
      },
      missing: '尚不清楚',
      missingFacts: {
        problem: '问题描述没有登记。',
        'end-customer': '最终用户没有登记。',
        cause: '没有找到原因。',
        suspect: '没有能够指出的嫌疑模块。',
      },
      labels: {
        caseNumber: '案例号',
        token: '跟踪号',
        partner: '合作伙伴',
        endCustomer: '最终用户',
        problem: '问题定义',
        openedAt: '受理时间',
        closedAt: '归档时间',
        uploads: '收到的文件数',
        customerMails: '收到的客户邮件数',
        reminders: '提醒次数',
      },
    },
  },
  en: {
    colon: ': ',
    unknown: 'unknown',
    none: 'none',
    evidence: {
      'full-dump': 'a full dump of a blue screen',
      'installed-programs': 'the list of installed programs',
      'collected-logs': 'collected system information and logs',
      'os-version': 'the version of the operating system',
      'reproduction-steps': 'the steps that lead to the blue screen',
    },
    phases: {
      reported: 'reported',
      'awaiting-evidence': 'awaiting evidence',
      analysing: 'analysing',
      escalated: 'escalated',
      'action-planned': 'action planned',
      observing: 'observing',
      archived: 'archived',
      merged: 'merged with another case',
    },
    clocks: {
      'first-response': 'first response',
      'upload-space': 'upload account',
      analysis: 'analysis',
      'follow-up': 'follow-up',
      'plan-check': 'check of the plan',
      engineer: 'engineer awaited',
      observation: 'observation',
      grace: 'grace',
      retention: 'retention',
      survey: 'survey to come',
      'survey-answer': 'answer to the survey',
    },
    clockStates: { running: 'running', paused: 'paused', breached: 'breached' },
    links: { parent: 'parent', child: 'child', related: 'related', original: 'original', duplicate: 'duplicate' },
    because: {
      'dump-damaged': 'the dump is damaged or incomplete',
      'no-known-plan': 'no known plan fits',
      'analysis-overdue': 'the analysis took longer than agreed',
      'asked-by-person': 'a colleague asks for help',
    },
    missing: {
      partner: 'the partner',
      'end-customer': 'the end customer',
      problem: 'what the problem is',
      contact: 'whom to write to',
      owner: 'the engineer in charge',
      system: 'the version of the system (no dump of the system could be read)',
      drivers: 'the drivers of other makers (no dump lists them)',
      files: 'files of the customer',
      'full-dump': 'a complete full dump',
      findings: 'findings from a dump',
      suspect: 'a suspected module (no dump that was read names one)',
      stack: 'a call stack (no dump that was read has one)',
      'installed-programs': 'the list of installed programs',
      'reproduction-steps': 'the steps that lead to the blue screen',
      'earlier-lines': 'an earlier part of what happened (see the whole history)',
    },
    asks: {
      'read-damaged-dump':
        'Judge whether the damaged dump can be read in another way, and tell the customer what is next',
      'find-cause': 'Find the cause and say what to do',
      'finish-analysis': 'Finish the analysis that is overdue',
      'as-asked': 'Do what a colleague asks for',
      'judge-suspect': 'Verify the suspected module, of which the program is not sure',
      'answer-customer': "Answer the customer's question",
      'take-over-clock': 'Take on a clock that is breached',
    },
    fileStates: {
      'not-read': 'not read yet',
      'being-read': 'being read',
      dump: 'read, holds a dump',
      unreadable: 'cannot be read as a dump',
      other: 'looked at, no dump',
      read: 'read',
    },
    fileKinds: { image: 'image', text: 'text', archive: 'archive', document: 'document', other: 'other' },
    questionStates: {
      unheard: 'the customer has not written since',
      heard: 'the customer has written since; to be confirmed',
      closed: 'closed',
    },
    line: {
      opened: 'Case opened',
      mail: { customer: 'Mail from the customer', colleague: 'Mail from a colleague' },
      asked: (wanted) => `Customer asked for: ${wanted}`,
      collection: 'Customer advised to collect system information meanwhile',
      received: (name, bytes) => `Received ${name} (${bytes})`,
      cutShort: (name) => `${name} is cut short`,
      noticed: (name) => `Customer told, while it arrived, that ${name} is no full dump`,
      read: (name, verdict) => `Result of ${name}: ${verdict}`,
      verdict: {
        'full-dump': 'a complete full dump',
        'not-a-full-dump': 'not a full dump',
        'dump-truncated': 'an incomplete dump',
        'dump-unreadable': 'cannot be read as a dump',
      },
      seen: (name, description) => `${name} is no dump: ${description}`,
      escalated: (to, because) => `Escalated to ${to}: ${because}`,
      advised: (steps, checkAt) => `Customer advised: ${steps}; to be checked at ${checkAt}`,
      planned: (by) => `${by} wrote a plan`,
      ticked: (by, item, isDone) => `${by} marked item ${item} of the plan as ${isDone ? 'done' : 'not done'}`,
      customerTicked: (by, done, all) => `${by} told how the plan goes: ${done} of ${all} items are done`,
      questioned: (by) => `${by} asked the customer`,
      questionClosed: (by) => `${by} closed a question`,
      forwarded: "The customer's question was passed to an engineer",
      answered: (by) => `${by} answered the customer`,
      reminded: (step, ofSteps) => `Customer reminded, ${step} of ${ofSteps}`,
      observing: {
        'no-evidence': (until) => `No evidence came; observed until ${until}`,
        'plan-carried-out': (until) => `The customer has the plan; observed until ${until}`,
      },
      archived: {
        'observed-without-news': 'Archived: no news while it was observed',
        'closed-by-engineer': 'Archived: closed by an engineer',
      },
      reopened: {
        'customer-wrote': 'Reopened: the customer wrote',
        'new-upload': 'Reopened: a new upload came',
        'asked-by-person': 'Reopened by an engineer',
      },
      held: (by, until) => `${by} put the case on hold until ${until}`,
      resumed: (by) => (by === null ? 'The hold has ended' : `${by} ended the hold`),
      priority: (by, from, to) => `${by} changed the priority from ${from} to ${to}`,
      handedOver: (by) => `${by} handed the case over`,
      level: (clock, percent, to) => `${percent}% of the time for ${clock} have passed; ${to} was told`,
      acknowledged: (clock, by) => `${by} took on ${clock}`,
      linked: (caseNumber, as) => `Linked with ${caseNumber} (${as})`,
      unlinked: (caseNumber) => `Link with ${caseNumber} removed`,
      noted: (by) => `Note by ${by}`,
    },
    summary: {
      title: 'Summary of the case',
      draft: 'Draft: the case is not archived yet.',
      findings: 'Findings',
      engineer: "The engineer's summary",
      suspect: 'Suspected module',
      cause: 'Cause',
      noCause: 'No dump could be read; the cause is unknown.',
      steps: 'Steps that were suggested',
      noSteps: 'No steps were suggested.',
      plan: 'Written plan',
      done: (at) => `done at ${at}`,
      notDone: 'not confirmed as done',
      observation: 'Result of the observation',
      observed: {
        'no-evidence': (from, to) => `The data that we need did not come; observed from ${from} to ${to}.`,
        'plan-carried-out': (from, to) => `After the plan was given to the customer, observed from ${from} to ${to}.`,
      },
      noNews: 'No new blue screen and no other news came in during that time.',
      ended: 'An engineer closed the case before the observation was over.',
      stillRuns: 'The observation still goes on.',
      lastHeard: 'The last time you wrote',
      advice: 'From here on',
      collectNext: {
        title: 'If there is another blue screen',
        steps: ['Keep the latest MEMORY.DMP, compress and upload it; no complete full dump has come so far.'],
      },
      missing: 'Not known',
      missingFacts: {
        problem: 'Nobody wrote down what the problem is.',
        'end-customer': 'The end customer is not known.',
        cause: 'No cause was found.',
        suspect: 'No suspected module can be named.',
      },
      labels: {
        caseNumber: 'Case number',
        token: 'Tracking token',
        partner: 'Partner',
        endCustomer: 'End customer',
        problem: 'Problem definition',
        openedAt: 'Opened at',
        closedAt: 'Archived at',
        uploads: 'Files received',
        customerMails: 'Mails from the customer',
        reminders: 'Reminders',
      },
    },
  },
};
