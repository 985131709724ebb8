import { fold } from './fold.js';
import type { Judgement, KindOfMail, MailToJudge } from './mail-to-judge.js';
import { simplify } from './simplified.js';
import { whySpam } from './spam.js';

/** What a mail of the customer's side is for. The strongest thing said wins: a question waits for an answer. */
export function kindOfCustomerMail(mail: MailToJudge, text: string): KindOfMail {
  const said = sayingsOf(text);
  const waits = said.sentences.find((sentence) => waitsForCrashAgain.test(sentence) || noCrashYet.test(sentence));
  const judgement = judge(mail, text, said, waits !== undefined);
  const waitsForCrash = waits !== undefined && judgement.kind !== 'upload-notice';
  return {
    ...judgement,
    reason: waitsForCrash ? `${judgement.reason}; waits for the next crash: “${short(waits)}”` : judgement.reason,
    waitsForCrash,
  };
}

interface Sayings {
  plain: string;
  sentences: string[];
  /** Parts of sentences, between commas: a “not” in one says nothing of the next. */
  clauses: string[];
}

function sayingsOf(text: string): Sayings {
  const plain = simplify(fold(text)).replace(/https?:\/\/\S+/g, ' ');
  const sentences = plain
    .split(/(?<=[。！!？?；;\n])|(?<=\.)\s/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '');
  return { plain, sentences, clauses: sentences.flatMap((sentence) => sentence.split(/[,，]|\bbut\b/)) };
}

function judge(mail: MailToJudge, text: string, said: Sayings, waits: boolean): Judgement {
  const { plain, sentences, clauses } = said;
  if (plain.trim() === '') return { kind: 'update', reason: 'it holds no new words' };
  if (mail.opensCase === true) {
    const spam = whySpam(mail.subject, text);
    if (spam !== null) return { kind: 'spam', reason: spam };
  }
  if (isThanks(plain)) return { kind: 'acknowledgement', reason: 'nothing but thanks' };
  if (grade.test(plain)) return { kind: 'acknowledgement', reason: 'nothing but a grade for the survey' };
  const asks = sentences.find(isQuestion);
  const needsHelp =
    sentences.find((sentence) => cannotUpload.test(sentence) && !isSettled(sentence)) ?? sentences.find(wantsAccess);
  const uploaded = clauses.find(tellsOfUpload);
  const crashed = clauses.find(tellsOfCrash);
  if (gradeWithWords.test(plain) && !asks && !needsHelp && !uploaded && !crashed && !stillBroken.test(plain))
    return { kind: 'acknowledgement', reason: 'a grade for the survey, with a word about it' };
  if (mail.opensCase === true && (uploaded === undefined || namesTrouble.test(plain)))
    return { kind: 'problem', reason: 'the first mail of a case' };
  if (crashed !== undefined && !waits && asks !== undefined && asksWhyItCrashed.test(asks))
    return { kind: 'problem', reason: `it happened again: “${short(crashed)}”` };
  if (asks !== undefined) return { kind: 'question', reason: `the customer asks: “${short(asks)}”` };
  if (uploaded !== undefined) return { kind: 'upload-notice', reason: `the customer uploaded: “${short(uploaded)}”` };
  if (needsHelp !== undefined) return { kind: 'question', reason: `the customer needs help: “${short(needsHelp)}”` };
  if (crashed !== undefined && !waits) return { kind: 'problem', reason: `it happened again: “${short(crashed)}”` };
  const data = dataIn(plain, sentences);
  if (data !== null) return { kind: 'data', reason: `the customer gives data: “${short(data)}”` };
  return { kind: 'update', reason: 'the customer tells how things stand' };
}

/** A survey's answer: a whole number from 1 to 5, alone or with the word for it. */
const grade =
  /^\s*(?:(?:评分|打分|满意度|grade|score|rating)\s*:?\s*)?[1-5]\s*(?:分|\/\s*5|points?|stars?)?[\s。.!！]*$/i;
/** The same with a word of praise or a suggestion behind it, which the survey invites; “5 个文件” or “1. …” is none. */
const gradeWithWords =
  /^\s*(?:(?:(?:评分|打分|满意度|grade|score|rating)\s*:?\s*[1-5](?!\d)|[1-5]\s*(?:分|\/\s*5|points?|stars?))(?=[\s,，.。!！;；]|$)|[1-5]\s*[,，。!！\s]\s*(?:非常|很|十分|比较|都|very|quite)?\s*(?:满意|感谢|谢谢|好评|satisfied|thanks|thank you)(?![\p{L}]*(?:吗|么)))/iu;
const stillBroken =
  /(?:没有?|未|不能|无法|还没)[^。，,\n]{0,4}(?:彻底|完全)?(?:解决|修复|处理好)|不满意|\b(?:not|never|isn't|wasn't)\b[^.\n]{0,12}(?:solved|fixed|resolved|satisfied)/i;

const crash = '(?:蓝屏|死机|当机|宕机|崩溃|卡死|dump|日志|复现|重现|出现)';
const waitsForCrashAgain = new RegExp(
  `(?:再等|继续等|等待|等几|再观察|继续观察|先观察)[^。\\n]{0,24}${crash}|(?:wait|waiting|watch|watching)[^.\\n]{0,40}(?:crash|blue ?screen|bsod|happens? again|reproduce)`,
  'i',
);
const noCrashYet =
  /(?:目前|暂时|至今|截至|这几天|一直|最近)[^。\n]{0,16}(?:没有?|未|不)(?:再)?(?:出现|发生)?(?:过)?(?:蓝屏|死机|崩溃|复现)|(?:no|not|hasn't|has not|haven't)\b[^.\n]{0,20}(?:crash(?:ed)?|blue ?screen(?:ed)?|bsod)[^.\n]{0,12}(?:since|again|yet)/i;

const place = '(?:s?ftp|服务器|目录|文件夹|upload|空间|网盘|共享)';
/** “上传” and its like as something that is done. In the typo 己 for 已 as well. */
const uploadDone = new RegExp(
  [
    `(?:已经?|己|刚刚?|终于|重新|昨[晚天日]|今[天早日]|方才|都|也|全部|一并)[^。；\\n]{0,30}?(?:上传|上载|传(?:到|至|上|完|好|了|给|送|过去)|(?:丢|扔|推|发)(?:到|至|进)[^。\\n]{0,8}${place}|拷(?:贝)?(?:到|至)|(?:放|存)(?:到|在|至)[^。\\n]{0,8}${place})`,
    `(?:上传|上载|传输|传)(?:任务)?(?:已经?)?(?:完成|完毕|成功|好了|完了|完|上去|结束|\\s?ok\\b)`,
    `(?:上传|上载|传)(?:到|至|在|了|给)`,
    `(?:放|拷|存)(?:到|在|至)[^。\\n]{0,12}${place}`,
    `(?:已|己)(?:经)?(?:上传|上载|传)|(?:已|己)[^。\\n]{0,6}upload`,
    String.raw`\buploaded\b|\bupload (?:is |was |has )?(?:now |just )?(?:done|complete|completed|finished|successful)\b|\b(?:finished|managed to|able to) (?:the )?upload(?:ing)?\b|\b(?:put|placed|copied|transferred|sent|moved|saved)\b(?:[^.\n]|\.\w){0,60}(?:\bs?ftp\b|server|\/upload|upload (?:folder|space|directory))|upload到`,
    // Where a file is, when that is the place for it.
    `(?:文件|dump|dmp|转储|日志|压缩包|资料)[^。;\\n]{0,12}在[^。;\\n]{0,10}${place}(?:[里下上中]|了)`,
    String.raw`\b(?:files?|dumps?|logs?|zip)\b[^.\n]{0,20}\b(?:is|are)\b (?:now |already )?(?:available |ready )?(?:up\b|there\b|(?:on|in|at) (?:your |the )?(?:s?ftp|server|\/?upload|folder))`,
  ].join('|'),
  'gi',
);
/** What makes it something that is not done: before it in its clause… */
const notDoneBefore =
  /(?:没有?|未|无法|不能|没法|没能|正在|准备|打算|将要?|即将|会|等|稍后|稍晚|明[天早晚日]|后天|下周|之后|以后|如果|若|要是|万一|预计|才能|需要|需|要|想|请|怎么|如何|是否|能否|可以|什么时候|让我|问的|说的|一直)[^。\n]{0,14}$|\b(?:not|cannot|can't|couldn't|haven't|hasn't|isn't|unable|will|would|can|could|to be|should|must|once|after|when|if|until|before|failed|please|still|being|going to)\b[^.\n]{0,30}$/i;
/** … or behind it. */
const notDoneBehind =
  /^(?:失败|不了|不上|不成功|不完|中|一半|到?一半|之后|以后|后|前|之前|时|的时候|的话|怎么|如何|进度|出错|报错|没|\s?(?:failed|is not|was not|in progress))/i;

function tellsOfUpload(clause: string): boolean {
  for (const found of clause.matchAll(uploadDone)) {
    const end = found.index + found[0].length;
    const isDenied =
      notDoneBefore.test(clause.slice(0, found.index)) ||
      /(?:没有?|未|无法|不能|正在|准备|失败|之后|明天|稍后|如果)/.test(found[0]) ||
      notDoneBehind.test(clause.slice(end, end + 20));
    if (!isDenied || clause.includes('不是没')) return true;
  }
  return false;
}

const cannotUpload =
  /(?:无法|不能|没法|没能)[^。，,\n]{0,8}(?:上传|登录|登陆|连接|连上|访问)|(?:上传|登录|登陆|连接|连|登|访问)(?:失败|不了|不上|不成功|不进去?|不到)|(?:登录|登陆|连接|上传|s?ftp|filezilla|winscp|xftp|客户端)[^。\n]{0,14}(?:提示|报错?|显示|出现)[^。\n]{0,20}(?:错误|拒绝|超时|失败|无法|denied|timeout|refused)|(?:s?ftp|服务器|上传空间)[^。，,\n]{0,6}(?:打不开|进不去|连不上|登不上|没反应)|\b(?:cannot|can't|can not|could not|couldn't|unable to)\b[^.\n]{0,20}(?:upload|log ?in|connect|access)|\b(?:permission|access|connection) (?:denied|refused)\b[^.\n]{0,40}\b(?:upload|log ?in|connect|s?ftp)|\b(?:connection|login|upload)\b[^.\n]{0,12}(?:timed? ?out|refused|denied|fails?|failed)\b/i;

function isSettled(sentence: string): boolean {
  return (
    /已经?(?:解决|好了|可以)|(?:关于|针对)[^。\n]{0,20}问题[^。\n]{0,4}已/.test(sentence) ||
    /(?:如果|若|要是|万一|如)[^。\n]{0,10}(?:上传|登录|连接)|\bif\b[^.\n]{0,20}(?:upload|login|connection)/i.test(
      sentence,
    )
  );
}

const stopped = '(?:蓝屏|死机|当机|宕机|崩溃|卡死|自动重启|黑屏|花屏)';
const tellsOfCrashAgain = new RegExp(
  [
    `(?:又|再次|再度|仍然?|仍旧|还是|依然|依旧|照样|反复)(?:会|在|是)?(?:出现|发生|报)?(?:了)?(?:同样的?|一样的?)?${stopped}`,
    `(?:问题|故障|现象|${stopped})[^。\\n]{0,4}(?:又|再次)(?:复现|重现|出现|发生|来)`,
    `(?:又|再次)(?:自动)?(?:蓝|挂|崩|死|重启)了|(?<!没有|没|未|不)(?:还|仍|又|再)(?:是|会)?${stopped}|(?:问题|故障)(?:再现|重现|复现)了|${stopped}[^。\\n]{0,2}(?:又来|了?(?:[一两二三几]|\\d+)次)`,
    String.raw`\b(?:blue ?screens?|crash(?:es)?|problem|issue|bsod)\b[^.\n]{0,6}\b(?:came back|is back|returned|reappeared|recurred|occurred again)\b|\bsame (?:blue ?screen|crash|bsod|stop code|error)\b`,
    `(?:另外?|还有|其他|别的)[一二两三几]?(?:台|部|个)[^。\\n]{0,12}?${stopped}`,
    `(?:刚才?|刚刚|今[天早日]|昨[天晚日]|早上|上午|下午|的时候|时)[^。\\n]{0,10}?${stopped}了`,
    String.raw`\b(?:crash(?:ed|es)?|blue ?screen(?:ed|s)?|happened|bsod|froze)\b[^.\n]{0,16}\bagain\b|\bagain\b[^.\n]{0,16}\b(?:crash(?:ed)?|blue ?screen(?:ed)?|bsod)|\bstill (?:crash(?:es|ing)|blue ?screen)|\banother (?:pc|machine|computer|laptop|server|one)\b[^.\n]{0,30}\b(?:crash(?:ed|es|ing)?|blue ?screen)`,
  ].join('|'),
  'i',
);
const onlySupposed =
  /是否|如果|如|若|等|没有?|未|不再|不会|避免|防止|\bif\b|\bwhen(?:ever)?\b|\bunless\b|\bno(?:t)?\b/i;

function tellsOfCrash(clause: string): boolean {
  return tellsOfCrashAgain.test(clause) && !onlySupposed.test(clause);
}

const asksWhyItCrashed = /怎么回事|怎么办|为什么|为何|什么原因|\bwhy\b/i;
const namesTrouble =
  /蓝屏|死机|当机|宕机|崩溃|卡死|重启|报错|故障|异常|无法|打不开|\b(?:crash\w*|bsod|blue ?screen\w*|freez\w*|reboots?|stop code|error)\b/i;

/** Our letters say: reply when the link to the password no longer opens. Only a person can give another. */
function wantsAccess(sentence: string): boolean {
  const what = '(?:密码|口令|链接|账号|帐号|账户|用户名|地址)';
  return [
    new RegExp(
      `${what}[^。，,\\n]{0,10}(?:过期|失效|无效|打不开|不能用|无法(?:打开|使用|查看)|忘|不对|错误|没有?收到|丢|登不|被?锁|禁用|停用)`,
    ),
    new RegExp(`(?:打不开|无法打开|忘(?:记|了)|没有?(?:收到|保存))[^。，,\\n]{0,6}${what}`),
    new RegExp(`(?:重新?|再)(?:发|给|提供|开)[^。，,\\n]{0,10}${what}|${what}[^。\\n]{0,10}(?:重新?|再)(?:发|给|提供)`),
    new RegExp(
      `(?:发|给|提供|告知)(?:我|一下|下)[^。，,\\n]{0,8}${what}|${what}[^。，,\\n]{0,6}(?:发|给|告诉|提供)(?:我|一下|下)`,
    ),
    new RegExp(`(?:麻烦|请|烦请)(?:您|你)?(?:尽快|帮忙)?(?:告知|提供|发)[^。，,\\n]{0,10}${what}`),
    /\b(?:link|password|account)\b[^.\n]{0,24}\b(?:expired|invalid|wrong|lost|locked|disabled|blocked|does not (?:open|work)|doesn't (?:open|work)|not working)|\b(?:forgot|lost|new|resend|another)\b[^.\n]{0,16}\b(?:password|link)\b/i,
  ].some((form) => form.test(sentence));
}

const quotedWords = /[“"「『][^”"」』\n]{1,80}[”"」』]/g;

/** Questions, also without a question mark; not those that are only spoken of. */
export function isQuestion(sentence: string): boolean {
  const own = sentence.replace(quotedWords, ' ');
  if (/[？?]\s*$|[\p{L}\p{N}"”）)]\s*\?(?:\s|$)/u.test(own)) return true;
  if (
    /(?:吗|么|呢|不)\s*[。！!.]?$/.test(own) &&
    /(?:吗|(?<!什|怎|这|那|多|要)么)\s*[。！!.]?$|(?:能|可以|行|会|要|是)[^，,。\n]{0,12}不\s*[。！!]?$|(?:怎么|什么|哪|谁|多少|几|如何)[^。\n]{0,20}呢/.test(
      own,
    )
  )
    return true;
  return asksInChinese(own) || asksInEnglish(own);
}

function asksInChinese(own: string): boolean {
  if (/请问|请教|想问|问一?下|咨询一?下/.test(own)) return true;
  // “关于怎么配置的问题，已经弄好了” speaks of a question.
  const open = own.replace(
    /(?:之前|上次|刚才|昨天|您|你|关于|针对|对于)[^，,。\n]{0,6}(?:问|说|提|让|怎么|如何)[^，,。\n]{0,24}(?:的|问题)?(?=[，,:])/g,
    ' ',
  );
  if (
    /如何|怎么|怎样|咋|为什么|为何|为啥|在哪|去哪|从哪|哪下|什么时候|何时|多久|多长时间|哪个|哪些|哪里|哪儿|谁家|多少钱?(?=[。！!]?$)|能否|可否|是不是|能不能|可不可以|会不会|要不要|有没有(?!问题)|几点|几时|(?<!没|没有|不知道?|无论|不管)什么(?!都|也|的|时)|(?:收到|看到|好|完成|解决|开始|处理)了?没有?(?=[。！!]?$)/.test(
      open,
    )
  )
    return !/不(?:知道?|清楚|确定|明白)[^。，,\n]{0,6}(?:如何|怎么|为何|为什么|是不是|什么|谁|哪)|(?:不管|无论|尝试|试|看看|观察|查|查看|了解|知道|测试|确认)[^。，,\n]{0,8}(?:如何|怎么|为什么|怎样|是不是|会不会|能不能|有没有|能否|可否)|怎么(?:样)?都|怎么也|不怎么/.test(
      open,
    );
  if (/(?:^|[，,])\s*(?:那|请|您|你|这|它|系统|是)?(?:们)?是否/.test(open)) return true;
  if (/(?:请|麻烦|烦请|帮忙)(?:您|你)?(?:再|尽快|帮忙)?(?:发|给|提供|指导|协助)(?:我们?|一下|下|一份)/.test(open))
    return true;
  return /(?:请|麻烦|烦请)[^。，,\n]{0,6}(?:告知|说明|解释|指导|答复|回复)[^。\n]{0,10}(?:进展|进度|结果|原因|方法|步骤|方案|时间)/.test(
    open,
  );
}

function asksInEnglish(own: string): boolean {
  return (
    /^(?:(?:hi|hello|ok|well|so|and|also|by the way|\d+[.)])[\s,]+)*(?:how|what|why|when|where|which|who|can|could|should|shall|do|does|did|is|are|may|will|would|have|has|any) (?<!will )(?:do|can|to|should|is|are|does|did|we|i|you|it|the|this|that|will|there|long|much|many|news|update|progress|result)\b/i.test(
      own,
    ) ||
    /\b(?:please (?:advise|let (?:me|us) know (?:how|what|when|which|where|if|whether))|(?:could|can|would) you (?:please )?(?:tell|explain|send|check|help|confirm|advise))\b/i.test(
      own,
    ) ||
    /^(?:(?:ok|so|and|also)[\s,]+)*(?:which|what|how|where|who|why)\b(?!ever)/i.test(own) ||
    /\bplease (?:re-?send|send|give|provide|show|tell|explain)\b/i.test(own) ||
    /\bwhat should (?:i|we) do\b|\bi(?:'d| would) like to know\b|\bwondering (?:if|whether|how)\b/i.test(own)
  );
}

const release = '(?:1507|1511|1607|1703|1709|1803|1809|1903|1909|2004|20H2|2[1-9]H[12]|V20\\d\\d-?[A-Z]?)';
const labelOfData =
  /^\s*(?:主机名|OS 名称|OS 版本|系统(?:型号|版本|类型|制造商)|日志名称|来源|事件 ?ID|级别|任务类别|Host Name|OS Name|OS Version|System (?:Model|Type)|Log Name|Source|Event ID|Level|Bug ?Check String|Caused By Driver)\s*:/i;
const facts: RegExp[] = [
  new RegExp(
    `(?:操作)?系统(?:的)?(?:版本|是|为|:)[^。\\n]{0,30}(?:win|${release}|\\d)|(?:OS|Windows|winver|作业系统)[^.。\\n]{0,24}(?:version|版本|build|\\d{2}H\\d|1[0-9]\\d{3}|${release})`,
    'i',
  ),
  new RegExp(`^[^。\\n]{0,12}(?:用的?是|版本|是)\\s*(?:win\\w*\\s*\\d*\\s*)?${release}\\b`, 'i'),
  /(?:版本|驱动|固件|BIOS|version|driver|firmware|build)[^。\n]{0,24}?(?:\d+\.){2,3}\d+|(?:\d+\.){2,3}\d+[^。\n]{0,6}(?:版本|version)/i,
  /(?:版本|version|build|内部版本)[\s:是为]{0,4}(?:\d{5}(?:\.\d+)?|[A-Z]\w{5,}\d\w*)\b/i,
  /\b[A-Z]{3,}(?:_[A-Z0-9]{2,}){2,8}\b/,
  /(?:是|为|用|装|:)\s?win(?:dows)?\s?(?:xp|vista|7|8(?:\.1)?|10|11|server|20\d\d)/i,
  /\b[\w-]{2,40}\.(?:sys|dll|exe)\s*(?:版本|version|:)?\s*v?(?:\d+\.){2,3}\d+/i,
  /(?:事件|event)\s?(?:ID|编号)?\s*:?\s*\d{1,5}\b[^。\n]{0,20}(?:来源|source|kernel|bugcheck)/i,
  /(?:报错|错误)\s?:?\s?0x[0-9a-f]{2,16}/i,
  /(?:安装|装)(?:的|了)?软件[^。\n]{0,10}[:是有]|\b\w{2,20}\s(?:\d+\.){3}\d+/,
  /\b(?:i[3579]-\d{3,5}|xeon|ryzen)\b|\d{1,4}\s?G(?:i?B)?\s?(?:内存|RAM|memory)/i,
  /(?:代码|错误码|蓝屏码|bug ?check|stop(?: code)?|error code)[^。\n]{0,16}(?:0x[0-9a-f]{1,16}|[A-Z]{3,}(?:_[A-Z0-9]{2,}){1,8})/i,
  /(?:型号|内存|主板|显卡|CPU|处理器|硬盘|model|RAM|memory)\s*(?::|是|为|is)?\s*[^。\n]{0,20}\d{1,4}\s?(?:GB?|TB?|MHz|GHz|[A-Za-z]?\b)[^。\n]{0,20}$/im,
  /^\s*[A-Za-z]\w{3,40}\s*:\s*(?:True|False|\d+|0x[0-9a-f]+)\s*$/im,
];

/** Facts that were asked for, told in words: a version, a code, the labelled output of a tool, lines of a log. */
function dataIn(plain: string, sentences: string[]): string | null {
  const lines = plain.split('\n');
  const labelled = lines.filter((line) => labelOfData.test(line));
  if (labelled.length >= 2) return labelled[0] ?? null;
  const logged = lines.filter((line) => /^\s*\[?\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d/.test(line));
  if (logged.length >= 2) return logged[0] ?? null;
  return sentences.find((sentence) => facts.some((fact) => fact.test(sentence))) ?? null;
}

const courtesies = new RegExp(
  [
    '(?:以后|之后|后续|后面|今后|如果?)?(?:再)?(?:有|出现|遇到)?(?:什么|任何|其他|新的?)?(?:问题|情况|需要)(?:的话)?(?:我们?)?(?:再|会|随时|请)+(?:跟|和|与|向)?(?:您|你)?(?:们)?(?:联系|沟通|反馈)',
    '(?:同意|可以|请|麻烦)(?:先|暂时)?(?:归档|结案|关闭|关单)(?:此|该|这个|本)?(?:案例|问题|工单)?',
    '(?:问题|已经?|目前|都|现在)*解决|没有?问题|没事',
    '解答|讲解|说明|指导|指点|好的|好滴|好哒|好|收到|已收到|已|谢谢|感谢|多谢|谢了|辛苦|非常|十分|万分|了解|明白|知道|可以|您好|你好|嗯|哦|噢|您|你们|你|大家|了|啦|哈|的|工程师|老师|协助|帮助|支持|回复|配合|耐心|及时|麻烦|恩|行|费心|嘞|呢|各位|啊|呀',
  ].join('|'),
  'g',
);
const englishCourtesies =
  /\b(?:the |our |this )?(?:problem|issue|case|ticket)s? (?:is|has been|was|are) (?:now |already )?(?:solved|resolved|fixed|gone)\b|\byou (?:can|may) close (?:the|this) (?:case|ticket|issue)\b|\b(?:ok|okay|thank you|thanks?|thx|many|very much|a lot|so much|got it|received|well|noted|understood|great|perfect|good|nice|hi|hello|dear|all|for (?:your |the |all )?(?:your |the )?(?:quick |prompt |fast |kind )?(?:help|support|reply|response|time|answer|information|update|explanation|effort)s?|best regards|kind regards|regards|cheers|will do|with|(?:that|this|it) (?:helped|helps|worked|works|did it)|everything works(?: now| fine)*|it works(?: now)?|works (?:now|fine))\b/g;

function isThanks(plain: string): boolean {
  if (plain.length > 120 || /[?？]/.test(plain)) return false;
  const rest = plain
    .toLowerCase()
    .replace(/[\s\p{P}\p{S}]+/gu, ' ')
    .replace(courtesies, ' ')
    .replace(englishCourtesies, ' ');
  return rest.trim() === '' && plain.trim() !== '';
}

function short(sentence: string): string {
  return sentence.length <= 60 ? sentence : `${sentence.slice(0, 60)}…`;
}
