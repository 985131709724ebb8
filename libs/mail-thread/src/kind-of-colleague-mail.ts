import { fold } from './fold.js';
import { isMeant, firstMatchThat } from './meant.js';
import type { Judgement, MailToJudge } from './mail-to-judge.js';
import { simplify } from './simplified.js';

/** What a mail of somebody on our side is for. */
export function kindOfColleagueMail(mail: MailToJudge, text: string): Judgement {
  const plain = simplify(fold(text));
  const addressed = addressesCustomer(plain);
  const closes = firstMatchThat(closing, plain, isMeant);
  if (closes) return { kind: 'closure-summary', reason: `a colleague closes the case: “${closes[0]}”` };
  return addressed === null && mail.reachedCustomer !== true
    ? kindOfInnerMail(plain)
    : kindOfWordToCustomer(mail, plain, addressed);
}

const closing =
  /案例总结|结案总结|案例小结|(?:暂时|将|正式|现在?)归档(?:此|该|这个|本)?(?:问题|案例|工单)?|归档(?:此|该|这个|本)(?:问题|案例|工单)|(?:将|现将?|正式|予以)[^。，,\n]{0,6}(?:案例|工单|问题)(?:予以|进行)?(?:关闭|归档)|(?:关闭|结束)(?:此|该|这个|本)(?:案例|工单)|(?:案例|工单)[^。\n]{0,3}(?:现|将|即将|先|就)(?:予以|被)?(?:关闭|归档)|case (?:closure )?summary|(?:close|closing|archive|archiving) (?:this|the) (?:case|ticket)/gi;

/** Whom the mail is addressed to, as it says itself in its first words; null when not to a customer. */
function addressesCustomer(plain: string): string | null {
  const named =
    /^\s*(?:好的)?\s*(?:尊敬的|敬爱的)?.{0,6}?客户[\s,!]{0,4}(?:您好|你好)|^\s*好的,?客户,|^\s*尊敬的.{0,10}(?:客户|用户|先生|女士)|^\s*(?:dear|hello|hi) (?:customer|client|sir|madam|all customers)\b/i.exec(
      plain,
    ) ?? /^\s*(?:答复客户|回复客户|给客户|reply to (?:the )?customer|answer to (?:the )?customer)\s*:/i.exec(plain);
  return named?.[0].trim() ?? null;
}

function kindOfInnerMail(plain: string): Judgement {
  // “您好” and “Hello,” with no name are how one writes to a customer, not to a colleague.
  const polite = /^\s*(?:您好|hello)\s*[,:!。]/i.exec(plain);
  if (polite && tellsSomething(plain)) return kindOfWordToCustomer({}, plain, polite[0].trim());
  const asks = firstMatchThat(asksForSpace, plain, (before) => isMeant(before, ''));
  if (asks)
    return { kind: 'upload-space-request', reason: `a colleague asks for an upload account: “${asks[0].trim()}”` };
  const escalates = firstMatchThat(
    escalation,
    plain,
    (before, after) => isMeant(before, after) && !comesLater.test(before),
  );
  if (escalates) return { kind: 'escalation', reason: `a colleague hands the case up: “${escalates[0].trim()}”` };
  return { kind: 'colleague-note', reason: 'a colleague writes, and not to the customer' };
}

const space =
  '(?:s?ftp|上传|传输|upload)[^。,\\n]{0,8}(?:账号|帐号|账户|帐户|空间|目录|用户|密码)|(?:s?ftp|上传)(?:服务器)?(?:账号|帐号|空间)?';
const asksForSpace = new RegExp(
  `(?:请|帮|帮忙|麻烦|烦请|需要|申请|协助)[^。\\n]{0,14}?(?:建立|创建|新建|开通|申请|开|建|分配)[^。\\n]{0,16}?(?:${space})|申请[^。\\n]{0,6}(?:${space})` +
    `|(?:需要|要|申请|缺)(?:一?个)?\\s?(?:s?ftp|上传账号|上传空间)|\\b(?:sftp|ftp|upload) (?:account|space|login)[^.\\n]{0,20}\\b(?:please|needed|required|wanted)\\b` +
    `|(?:sftp|ftp)[^。\\n]{0,8}(?:账号|帐号|账户|空间)[^。\\n]{0,8}(?:请|帮忙|麻烦)[^。\\n]{0,6}(?:建立|创建|新建|开通)` +
    `|(?:请|帮|麻烦|需要)[^。\\n]{0,6}开(?:通|一下|个|一个)?(?:账号|空间)(?=[^。\\n]{0,12}(?:传|dump|日志|上传))|\\b(?:please|could you|can you|kindly|need|request)\\b[^.\\n]{0,40}?(?:(?:create|set ?up|open|provide|provision|prepare)[^.\\n]{0,30})?\\b(?:sftp|ftp|upload)[^.\\n]{0,20}(?:account|space|login|user|credentials|access)\\b`,
  'gi',
);
/** “After the download we shall escalate” hands nothing up yet. */
const comesLater = /之后|以后|后再|稍后|准备|打算|\b(?:after|later|going to|will)\b/i;
/** A driver or a system is upgraded by the same word (升级) by which a case is handed up. */
const upgraded = '(?!\\s?(?:了|后|之后|到|至|为)?\\s?(?:驱动|系统|补丁|版本|固件|bios|win|最新|v?\\d))';
const handedTo = '(?:二线|三线|高级|研发|专家|厂商|原厂|内核组|你|您|[^\\s。,]{0,3}工(?:程师)?|l[23])';
const escalation = new RegExp(
  [
    `(?:案例|问题|case|此|该|这个)[^。,\\n]{0,8}?(?<!驱动|系统|补丁|版本|固件|bios)(?:需要|请求|申请|现|将|直接)?升级(?:处理|流程|支持|案例|(?:给|到|至)${handedTo}|${upgraded}(?=[\\s。,!]|$))`,
    `(?<!驱动|系统|补丁|版本|固件|bios)需要升级(?:处理|支持|案例|(?:给|到|至)${handedTo})|升级(?:给|到|至)${handedTo}`,
    `(?:申请|请求|要求|发起)[^。,\\n]{0,4}(?:案例)?升级${upgraded}(?:处理|案例|支持)?`,
    `(?:转|交)(?:给)?(?:二线|三线|高级工程师|研发)|请(?:二线|三线|L2|L3)[^。\\n]{0,10}(?:协助|帮忙|支持|看|分析|介入)`,
    String.raw`\b(?:escalat(?:e|ing|ion)|(?:help|support|assistance) from (?:l2|l3|second level)|need (?:l2|l3|second[- ]level|level 2) (?:support|help)|(?:please )?take over (?:this|the) case|(?:hand|pass)(?:ing)? (?:this|it)(?: case)? (?:over |on |up )?to (?:l2|l3|second[- ]level|third[- ]level|the .{1,20}team))\b`,
  ].join('|'),
  'gi',
);

function kindOfWordToCustomer(
  mail: Pick<MailToJudge, 'reachedCustomer'>,
  plain: string,
  addressed: string | null,
): Judgement {
  const secret = /(?:密码|password)\s*(?:为|是|is)?\s*:\s*\S/i.exec(plain);
  if (secret && mail.reachedCustomer !== true)
    return { kind: 'colleague-note', reason: 'it holds a password, which is never passed on' };
  const reminds = firstMatchThat(reminding, plain, () => true);
  const plans = planning.exec(plain);
  const routine = routineWords.exec(plain);
  if (routine && (!plans || startsWork.test(plain)))
    return { kind: 'colleague-note', reason: `the system writes such a letter itself: “${routine[0]}”` };
  if (reminds) return { kind: 'reminder', reason: `a colleague asks the customer again: “${reminds[0].trim()}”` };
  if (plans)
    return {
      kind: 'action-plan',
      reason: `a colleague tells the customer what to do: “${plans[0].trim().slice(0, 60)}”`,
    };
  return {
    kind: 'answer',
    reason:
      addressed === null ? 'a colleague writes to the customer' : `a colleague writes to the customer: “${addressed}”`,
  };
}

const startsWork = /接下来,?我们将开始合作|we (?:will|have) start(?:ed)? (?:working|to work) (?:with you|on)/i;
const routineWords =
  /接下来,?我们将开始合作|在等待[^。\n]{0,20}dump期间|(?:立即|立刻|马上|第一时间)[^。\n]{0,6}(?:下载|开始案例升级)|(?:有|产生)[^。\n]{0,20}可以随时(?:压缩后)?上传|继续观察此案例|we (?:will|have) start(?:ed)? (?:working|to work) (?:with you|on)|we (?:have )?received your (?:dump|upload|file)s?/i;

/** Steps in order behind words that announce them, not steps that answer a question of the customer. */
const planning =
  /(?:建议(?:操作|措施|方案|步骤|您?按|进行|如下)|(?:处理|解决|修复|操作|行动)(?:方案|步骤|计划)(?:如下)?|按(?:照)?(?:以下|如下)(?:步骤|方法)|临时解决方案)[^\n]{0,16}(?::|如下|下列[^\n]{0,6})\s*\n\s*(?:\d+\s?[.)、]|[-*•·]|[一二三]、|进行|请)|(?:recommended (?:actions?|steps)|action plan|please (?:do|perform|follow) the following|next steps)[^\n]{0,40}:?\s*\n\s*(?:\d+\s?[.)]|[-*•])/i;

const reminding =
  /(?:上封|上次|之前|前面)[^。\n]{0,24}(?:步骤|建议|操作|数据|收集|请您|上传)[^。\n]{0,40}(?:完成|回复|提供|收到|进展|如何)|(?:收集|案例|数据|操作)[^。\n]{0,10}(?:有|是否有|有无)[^。\n]{0,4}(?:进展|进度|反馈|更新)|如果?[^。\n]{0,12}(?:有|完成)[^。\n]{0,12}(?:反馈|进展|问题)?[^。\n]{0,8}可以?[^。\n]{0,4}回复此邮件|如果?有问题请回复此邮件|(?:还|仍)(?:没有|未)收到[^。\n]{0,20}(?:请|尽快)|跟进一下|(?:烦请|麻烦|请)[^。\n]{0,4}尽快|尽快(?:上传|提供|回复|反馈)|(?:上次|之前)的?(?:建议|操作|步骤)[^。\n]{0,8}(?:是否|有没有|有无|已)|(?:了解|询问|问)(?:一?下)?[^。\n]{0,10}(?:进展|进度|情况)|盼复|a reminder\b|(?:情况|进展|进度)(?:如何|怎么样)|距上次|(?:still )?waiting for (?:your|the)\b|any (?:updates?|news|progress) (?:on|about|regarding)\b|(?:not|haven't) heard (?:back )?from you|follow(?:ing)? up\b|(?:friendly|gentle) reminder|have you had (?:a|the|any) (?:chance|opportunity)/gi;

function tellsSomething(plain: string): boolean {
  return plain.length > 12;
}
