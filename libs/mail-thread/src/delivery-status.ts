/** Reads the reasons of mail servers: SMTP replies (RFC 5321) and enhanced status codes (RFC 3463). */

const enhanced = '([245]\\.\\d{1,3}\\.\\d{1,3})(?![\\d.]*\\d)';

/** Where a status code stands for sure, the surest first. */
const surePlaces = [
  new RegExp(`\\b[245]\\d\\d[ -]+[#(]?${enhanced}`),
  new RegExp(
    `(?:#|\\bstatus(?: code)?\\s*[:=：]\\s*|\\bDSN\\s*[:=]\\s*|\\(|错误代码\\s*[:：]?\\s*|状态码?\\s*[:：]\\s*)${enhanced}`,
    'i',
  ),
  new RegExp(`(?<![\\d.\\w/-])${enhanced}`),
];

/** The words that mail servers use, in the order in which they decide. `5` stands for the class of the reply. */
const reasons: readonly (readonly [words: RegExp, detail: string])[] = [
  [
    /quota|mailbox (?:is )?full|over ?quota|insufficient (?:disk|storage)|storage (?:limit|exceed)|空间(?:不足|已满)|邮箱(?:已)?满|(?:邮箱|信箱)容量|容量(?:不足|已满|超)|郵箱已滿|postfach (?:ist )?voll/i,
    '2.2',
  ],
  [
    /user (?:is )?unknown|unknown user|no such (?:user|recipient|mailbox|address|person)|(?:user|account|mailbox|recipient|address)[^.\n]{0,40}(?:does(?: not|n't) exist|not found|not exist|couldn't be found|could not be found|wasn't found|unknown)|invalid (?:recipient|mailbox|user|address)|no mailbox here|not listed in|not a (?:known|valid) (?:user|mailbox)|mailbox unavailable|(?:用户|帐号|账号|账户|收件人|邮箱|邮件地址|地址)[^。\n]{0,12}(?:不存在|未找到|找不到|无效|错误)|(?:不存在|找不到|无此|没有此|没有该)[^。\n]{0,8}(?:用户|收件人|邮箱|帐号|账号)|unbekannt|existiert nicht/i,
    '1.1',
  ],
  [
    /(?:account|mailbox|user|recipient)[^.\n]{0,30}(?:disabled|inactive|suspended|locked|expired|deactivated)|(?:帐号|账号|邮箱|用户)[^。\n]{0,10}(?:停用|禁用|冻结|锁定|注销|过期)/i,
    '2.1',
  ],
  [
    /(?:message|mail)[^.\n]{0,40}(?:too (?:large|big)|exceeds?[^.\n]{0,30}(?:size|limit))|size (?:limit|exceeds)|(?:邮件|附件)[^。\n]{0,10}(?:过大|太大|超过|超出)|zu groß/i,
    '3.4',
  ],
  [
    /host (?:or domain name )?(?:unknown|not found)|domain (?:not found|does(?: not|n't) exist)|couldn't find any host|no (?:such domain|mx|a record)|name (?:service|server) error|unrouteable|DNS (?:error|lookup|query)|NXDOMAIN|域名[^。\n]{0,8}(?:不存在|错误|无效|解析)|(?:找不到|无法解析)[^。\n]{0,8}(?:域名|主机|服务器)/i,
    '1.2',
  ],
  [
    /spam|black ?list|block ?list|blocked|\bRBL\b|DNSBL|reputation|policy|content (?:rejected|filter)|virus|not (?:allowed|authori[sz]ed|permitted)|relay(?:ing)?(?: access)? denied|access denied|SPF|DKIM|DMARC|垃圾邮件|(?:被|遭)[^。\n]{0,6}(?:拒绝|拦截|屏蔽|退回)|黑名单|拒收|反垃圾/i,
    '7.1',
  ],
  [
    /expired|too long|retry time|(?:for|after|within) (?:more than )?\d+ (?:hours?|days?)|超过[^。\n]{0,8}(?:天|小时|次)|过期/i,
    '4.7',
  ],
  [
    /timed? ?out|no (?:answer|response)|connection (?:refused|failed|reset|lost|dropped)|could not connect|unable to connect|unreachable|连接(?:失败|超时|被拒|中断)|无法连接|超时|无响应/i,
    '4.1',
  ],
];

/** What SMTP replies mean that say nothing more. */
const ofReply: Readonly<Record<string, string>> = {
  ...{ '421': '4.3.2', '450': '4.2.0', '451': '4.3.0', '452': '4.3.1', '454': '4.7.0' },
  ...{
    '550': '5.1.1',
    '551': '5.1.6',
    '552': '5.2.2',
    '553': '5.1.3',
    '554': '5.0.0',
    '521': '5.3.2',
    '556': '5.1.10',
  },
};

/** The enhanced status code that a reason names, or that its SMTP reply and words stand for; null when it says neither. */
export function statusIn(reason: string): string | null {
  const text = reason.slice(0, 20_000);
  for (const place of surePlaces) {
    const found = place.exec(text)?.[1];
    if (found !== undefined) return found;
  }
  const reply = replyIn(text);
  const words = reasons.find(([pattern]) => pattern.test(text))?.[1];
  if (reply === null) return words === undefined ? null : `${words.startsWith('4.') ? 4 : 5}.${words}`;
  const generic = ofReply[reply] ?? `${reply[0] ?? '5'}.0.0`;
  return words === undefined ? generic : `${reply[0] ?? '5'}.${words}`;
}

/** The SMTP reply in a reason, such as `550`; null when there is none. */
export function replyIn(reason: string): string | null {
  const text = reason.slice(0, 20_000);
  const said =
    /(?:said|says|answered|replied|response|returned|error(?: code)?|reply|代码|返回|回复|提示|原因|smtp|信息)[^\n]{0,80}?[:：(（"'“ ]\s*([45][0-5]\d)(?![\d.])/i.exec(
      text,
    ) ??
    /(?:^|[\s(（[:：;"'“])([45][0-5]\d)[ -]+(?=[A-Za-z#<\u4e00-\u9fff"'(])/m.exec(text) ??
    /smtp;\s*([45][0-5]\d)\b/i.exec(text) ??
    /^\s*([45][0-5]\d)\s*$/m.exec(text);
  return said?.[1] ?? null;
}
