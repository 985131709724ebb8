/** Every text of the page in both languages. */
const words = {
  title: ['案例控制台', 'case console'],
  cases: ['案例', 'Cases'],
  searchHint: ['搜索编号、客户、问题…  ( / )', 'Search number, customer, problem…  ( / )'],
  more: ['更多', 'More'],
  noCases: ['还没有案例。收到第一封邮件后会出现在这里。', 'No case yet. The first mail will show up here.'],
  noneFound: ['没有符合的案例', 'No case fits'],
  queues: ['队列', 'Queues'],
  waitingMails: ['待定来信', 'Mails that wait for their case'],
  noWaitingMails: ['没有来信在等待', 'No mail waits'],
  waitingNotShown: ['收件服务没有报告待定来信的情况', 'intake shows nothing of mails that wait'],
  waitingInAll: ['等待中', 'waiting'],
  perhaps: ['可能属于', 'perhaps'],
  timers: ['定时器', 'Timers'],
  noTimers: ['还没有定时器', 'No timers yet'],
  timersNotShown: ['案例流程没有报告定时器的情况', 'case-workflow shows nothing of its timers'],
  dueTimers: ['到期未响', 'Due and not rung yet'],
  longestWait: ['最长延迟', 'longest'],
  stuckTimers: ['卡住', 'Stuck'],
  notAgain: ['不再重试', 'not tried again'],
  again: ['下次重试', 'next try'],
  lastHour: ['最近一小时', 'Last hour'],
  noneRang: ['没有响铃', 'none rang'],
  rang: ['次响铃', 'rang'],
  reconciled: ['对账', 'Reconciled'],
  bells: ['个铃', 'bells'],
  nextTimer: ['下一个', 'Next'],
  'reconciled.start': ['服务启动', 'start of the service'],
  'reconciled.redis was away': ['Redis 曾不可用', 'Redis was away'],
  'reconciled.redis was emptied or is of an earlier time': [
    'Redis 被清空或恢复到旧状态',
    'Redis was emptied or is of an earlier time',
  ],
  'reconciled.schedule': ['定期', 'schedule'],
  deadLetters: ['死信', 'Dead letters'],
  noDeadLetters: ['没有死信', 'No dead letters'],
  replay: ['重放', 'Replay'],
  replayShown: ['全部重放', 'Replay all shown'],
  discard: ['丢弃', 'Discard'],
  discardTitle: ['丢弃死信', 'Discard a dead letter'],
  discardWhy: ['原因（会保留）', 'Why (it is kept)'],
  discardNeedsWhy: ['请写明原因（至少 3 个字符）', 'Say why, in at least 3 characters'],
  cancel: ['取消', 'Cancel'],
  attempts: ['次尝试', 'attempts'],
  letter: ['原文', 'The letter'],
  live: ['实时', 'live'],
  lost: ['连接中断，重试中', 'connection lost, trying again'],
  failed: ['读取失败', 'cannot be read'],
  zone: ['时区', 'time zone'],
  switchZone: ['切换时区', 'switch the time zone'],
  uploads: ['上传', 'uploads'],
  letters: ['信件', 'letters'],
  failedLetters: ['信件失败', 'letters failed'],
  reminders: ['提醒', 'reminders'],
  owner: ['负责人', 'Owner'],
  partner: ['合作伙伴', 'Partner'],
  endCustomer: ['最终客户', 'End customer'],
  problem: ['问题', 'Problem'],
  lastFinding: ['最近结论', 'Last finding'],
  opened: ['开启', 'Opened'],
  lastEvent: ['最近活动', 'Last activity'],
  unknown: ['未知', 'unknown'],
  queue: ['队列', 'Queue'],
  inbox: ['外部系统收件队列', 'Inbox of other systems'],
  depth: ['深度', 'Depth'],
  listeners: ['消费者', 'Listeners'],
  delayed: ['等待到期', 'delayed'],
  waiting: ['排队', 'waiting'],
  active: ['执行中', 'active'],
  failedJobs: ['失败', 'failed'],
  because: ['起因', 'Because of'],
  ledTo: ['引出', 'Led to'],
  raw: ['原始数据', 'Raw data'],
  heard: ['收到于', 'heard at'],
  after: ['后', 'later'],
  cut: ['更早的条目未显示', 'Earlier entries are not shown'],
  back: ['全部案例', 'All cases'],
  keys: ['j/k 移动 · enter 打开 · / 搜索', 'j/k move · enter open · / search'],
  caseKeys: ['j/k 移动 · enter 展开 · u 返回', 'j/k move · enter unfold · u back'],
  retryRung: ['重试等待', 'Retry pause'],
  unrouted: ['无人接收', 'Heard by nobody'],
  dead: ['死信', 'dead'],
  'worry.missing': ['缺失', 'missing'],
  'worry.nobody-listens': ['无消费者', 'nobody listens'],
  'worry.waiting-for-people': ['待处理', 'waits for people'],
  'reason.unreadable': ['无法读取', 'unreadable'],
  'reason.unknown-type': ['未知类型', 'unknown type'],
  'reason.refused': ['被拒绝', 'refused'],
  'reason.failed': ['处理失败', 'failed'],
  'reason.delivered-too-often': ['投递次数过多', 'delivered too often'],
  'reason.unrouted': ['无人接收', 'heard by nobody'],
  'phase.reported': ['已报告', 'reported'],
  'phase.awaiting-evidence': ['等待证据', 'awaiting evidence'],
  'phase.analysing': ['分析中', 'analysing'],
  'phase.escalated': ['已升级', 'escalated'],
  'phase.action-planned': ['已定方案', 'action planned'],
  'phase.observing': ['观察中', 'observing'],
  'phase.archived': ['已归档', 'archived'],
  'phase.merged': ['已合并', 'merged'],
  mergedInto: ['已合并到', 'Goes on in'],
  mergedFrom: ['已并入', 'Merged into this case'],
  'service.intake': ['接收', 'intake'],
  'service.case-workflow': ['案例流程', 'case workflow'],
  'service.sftp-provisioning': ['上传空间', 'upload spaces'],
  'service.dump-analysis': ['转储分析', 'dump analysis'],
  arriving: ['正在上传', 'Arriving'],
  interrupted: ['已中断', 'Interrupted'],
  notRecognised: ['尚未识别', 'not recognised yet'],
  stopCode: ['停止代码', 'Stop code'],
  exception: ['异常', 'Exception'],
  dumpKind: ['转储类型', 'Kind of dump'],
  system: ['系统', 'System'],
  timeLeft: ['剩余', 'left'],
  arrivedBytes: ['已到达', 'Arrived'],
  wholeDump: ['整个转储', 'Whole dump'],
  wholeDumpUnpacked: ['整个转储（解压后）', 'Whole dump, unpacked'],
  atLeast: ['至少', 'at least'],
  since: ['开始于', 'Since'],
  customerTold: ['已告知客户类型不符', 'Customer told of the wrong kind'],
  'kind.full': ['完整转储', 'full dump'],
  'kind.active': ['活动内存转储', 'active dump'],
  'kind.kernel': ['内核转储', 'kernel dump'],
  'kind.triage': ['小转储', 'small dump'],
  'kind.header-only': ['仅文件头', 'header only'],
  'kind.user': ['单个程序的转储', 'dump of one program'],
  build: ['内部版本', 'build'],
  wholeReport: ['完整数据（JSON）', 'all data (JSON)'],
  reportPage: ['分析报告', 'report'],
  analysisRuns: ['正在分析', 'analysis running'],
  'service.notification': ['通知', 'notification'],
  'service.ops-console': ['控制台', 'console'],
};

/** The present language: `?lang=`, else what was chosen last, else what the browser prefers. */
export const language = pickLanguage();

/** The text of a word in the present language; a word that nobody translated is shown as it is. */
export function say(word) {
  const pair = words[word];
  return pair ? pair[language === 'zh' ? 0 : 1] : word;
}

export function chooseLanguage(next) {
  remember('language', next);
  const url = new URL(location.href);
  url.searchParams.delete('lang');
  location.replace(url);
}

export function remember(name, value) {
  try {
    localStorage.setItem(`caserelay.${name}`, value);
  } catch {
    // Private windows may refuse; the choice then lasts as long as the page.
  }
}

export function recall(name) {
  try {
    return localStorage.getItem(`caserelay.${name}`);
  } catch {
    return null;
  }
}

function pickLanguage() {
  const asked = new URLSearchParams(location.search).get('lang');
  if (asked) remember('language', asked.startsWith('zh') ? 'zh' : 'en');
  const chosen = asked ?? recall('language') ?? navigator.language;
  return chosen.startsWith('zh') ? 'zh' : 'en';
}
