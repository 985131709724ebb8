/** What a mail is for, why we think so, and whether its writer waits for the next crash. */
export interface KindOfMail {
  kind:
    | 'problem'
    | 'upload-notice'
    | 'question'
    | 'update'
    | 'acknowledgement'
    | 'upload-space-request'
    | 'answer'
    | 'closure-summary'
    | 'colleague-note'
    | 'automatic-reply';
  reason: string;
  waitsForCrash: boolean;
}

export interface MailToJudge {
  author: 'customer' | 'colleague';
  subject: string;
  /** Only the new words of the mail. */
  text: string;
  /** Header values by lower-case name. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** Why it is automatic, as `automaticMailOf` says; null when it is not. Without it subject, text and headers tell. */
  automatic?: string | null | undefined;
  /** True when no case is known for the mail, so that it would open one. */
  opensCase?: boolean | undefined;
  /** True when the mail went to the customer directly, so that nothing has to be passed on. */
  reachedCustomer?: boolean | undefined;
}

/** Judges a mail by rules; the first that fits wins, and `reason` names it with the words it saw. */
export function kindOfMail(mail: MailToJudge): KindOfMail {
  const text = mail.text.slice(0, longestText);
  const automatic =
    mail.automatic === undefined ? whyAutomatic(mail.subject, text, mail.headers ?? {}) : mail.automatic;
  if (automatic !== null) return { kind: 'automatic-reply', reason: automatic, waitsForCrash: false };
  if (mail.author === 'colleague') return { ...kindOfColleagueMail(mail, text), waitsForCrash: false };
  return kindOfCustomerMail(mail, text);
}

type Judgement = Pick<KindOfMail, 'kind' | 'reason'>;

const longestText = 50_000;

function whyAutomatic(subject: string, text: string, headers: Readonly<Record<string, string>>): string | null {
  const header = (name: string): string => (headers[name] ?? '').trim().toLowerCase();
  // RFC 3834, section 5
  const autoSubmitted = header('auto-submitted');
  if (autoSubmitted !== '' && !autoSubmitted.startsWith('no'))
    return `header Auto-Submitted: ${autoSubmitted.slice(0, 60)}`;
  for (const name of ['x-autoreply', 'x-autorespond', 'x-auto-reply-from']) {
    if (header(name) !== '' && header(name) !== 'no') return `header ${name}: ${header(name).slice(0, 60)}`;
  }
  if (/^(?:bulk|junk|auto_reply)/.test(header('precedence')))
    return `header Precedence: ${header('precedence').slice(0, 60)}`;
  if (header('return-path') === '<>') return 'header Return-Path: <> (a bounce)';
  if (header('content-type').includes('multipart/report'))
    return 'header Content-Type: multipart/report (a delivery report)';
  const said =
    /^\s*(?:自动回复|自動回覆|自动答复|automatic reply|auto[- ]?reply|auto[- ]?response|out of (?:the )?office|undeliverable|undelivered mail|delivery status notification|mail delivery failed|系统退信|退信)(?:[\s:：(（]|$)/i.exec(
      subject.slice(0, 500),
    ) ??
    /这是来自.{0,20}(?:假期)?自动回复|假期自动回复邮件|此(?:邮件|信)(?:为|是)(?:系统)?自动回复|this is an automat(?:ic|ed) (?:reply|response)|i am (?:currently )?out of (?:the )?office/i.exec(
      text.slice(0, 2_000),
    );
  return said ? `it says “${said[0].trim()}”` : null;
}

function kindOfColleagueMail(mail: MailToJudge, text: string): Judgement {
  const closes = firstMatchThat(
    /案例总结|结案总结|案例小结|(?:暂时|将|正式)归档(?:此|该|这个)?(?:问题|案例|工单)?|归档(?:此|该|这个)(?:问题|案例|工单)|case (?:closure )?summary|(?:close|closing|archive|archiving) (?:this|the) case/gi,
    text,
    isMeant,
  );
  if (closes) return { kind: 'closure-summary', reason: `a colleague closes the case: “${closes[0]}”` };

  const forCustomer =
    /^\s*(?:好的)?\s*客户[\s,，!！]{0,4}(?:您好|你好)|^\s*好的，?客户[,，]|^\s*尊敬的.{0,10}(?:客户|用户|先生|女士)|^\s*(?:dear|hello|hi) (?:customer|client|sir|madam)\b/i.exec(
      text,
    ) ?? /^\s*(?:答复客户|回复客户|给客户|reply to (?:the )?customer|answer to (?:the )?customer)\s*[:：]/i.exec(text);
  if (forCustomer === null) {
    const asks =
      /(?:请|帮忙|麻烦|烦请|需要)[^。\n]{0,12}(?:建立|创建|新建|开通|申请|开)[^。\n]{0,10}(?:sftp|ftp|上传(?:账号|空间))/i.exec(
        text,
      ) ??
      /(?:sftp|ftp)[^。\n]{0,8}(?:账号|帐号|账户|空间)[^。\n]{0,8}(?:请|帮忙|麻烦)[^。\n]{0,6}(?:建立|创建|新建|开通)/i.exec(
        text,
      ) ??
      /(?:please|could you|can you|need)[^.\n]{0,40}(?:create|set ?up|open|provide|provision)[^.\n]{0,30}(?:sftp|ftp|upload)[^.\n]{0,20}(?:account|space|login|user)/i.exec(
        text,
      );
    if (asks)
      return { kind: 'upload-space-request', reason: `a colleague asks for an upload account: “${asks[0].trim()}”` };
    return { kind: 'colleague-note', reason: 'a colleague writes, and not to the customer' };
  }

  const secret = /(?:密码|password)\s*(?:为|是|is)?\s*[:：]\s*\S/i.exec(text);
  if (secret) return { kind: 'colleague-note', reason: 'it holds a password, which is never passed on' };
  const routine =
    /接下来，?我们将开始合作|(?:立即|立刻|马上)(?:进行)?下载|如果[^。\n]{0,16}(?:完成|反馈|进展)[^。\n]{0,6}可以?回复此邮件|可以随时压缩后上传|继续观察此案例/.exec(
      text,
    );
  if (routine) return { kind: 'colleague-note', reason: `the system writes such a letter itself: “${routine[0]}”` };
  if (mail.reachedCustomer === true)
    return { kind: 'colleague-note', reason: 'an answer that went to the customer directly' };
  return {
    kind: 'answer',
    reason: `a colleague writes to the customer: “${forCustomer[0].trim()}”`,
  };
}

function kindOfCustomerMail(mail: MailToJudge, text: string): KindOfMail {
  const sentences = text
    .replace(/https?:\/\/\S+/g, ' ')
    .split(/(?<=[。！!？?；;\n])/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '');
  const waits = firstThat(sentences, (sentence) => waitsForCrashAgain.test(sentence) || noCrashYet.test(sentence));
  const judged = (kind: KindOfMail['kind'], reason: string, waitsForCrash = waits !== null): KindOfMail => ({
    kind,
    reason: waitsForCrash && waits !== null ? `${reason}; waits for the next crash: “${short(waits)}”` : reason,
    waitsForCrash,
  });

  if (text.trim() === '') return judged('update', 'it holds no new words');
  if (isThanks(text)) return judged('acknowledgement', 'nothing but thanks');
  if (grade.test(text)) return judged('acknowledgement', 'nothing but a grade for the survey');
  const isContent = !sentences.some(
    (sentence) => isQuestion(sentence) || stillBroken.test(sentence) || cannotUpload.test(sentence),
  );
  if (gradeWithWords.test(text) && isContent && !sentences.some(tellsOfUploadOrCrash))
    return judged('acknowledgement', 'a grade for the survey, with a word about it');
  const uploadFails = firstThat(sentences, (sentence) => cannotUpload.test(sentence));
  const asks = firstThat(sentences, isQuestion) ?? uploadFails ?? firstThat(sentences, wantsAccess);
  const uploaded = firstThat(sentences, (sentence) => hasUploaded.test(sentence) && !notUploaded.test(sentence));
  const crashedAgain = firstThat(sentences, (sentence) => crashesAgain.test(sentence) && !onlySupposed.test(sentence));
  if (mail.opensCase === true && uploaded === null) return judged('problem', 'the first mail of a case');
  if (asks !== null) return judged('question', `the customer asks: “${short(asks)}”`);
  if (uploaded !== null) return judged('upload-notice', `the customer uploaded: “${short(uploaded)}”`, false);
  if (crashedAgain !== null && waits === null) return judged('problem', `it happened again: “${short(crashedAgain)}”`);
  return judged('update', 'the customer tells how things stand');
}

/** A survey's answer: a whole number from 1 to 5, alone or with the word for it. */
const grade =
  /^\s*(?:(?:评分|打分|满意度|grade|score|rating)\s*[:：]?\s*)?[1-5]\s*(?:分|\/\s*5|points?|stars?)?[\s。.!！]*$/i;
/** The same with a word of praise or a suggestion behind it, which the survey invites; “5 个文件” or “1. …” is none. */
const gradeWithWords =
  /^\s*(?:(?:(?:评分|打分|满意度|grade|score|rating)\s*[:：]?\s*[1-5](?!\d)|[1-5]\s*(?:分|\/\s*5|points?|stars?))(?=[\s,，.。!！;；]|$)|[1-5]\s*[,，。!！\s]\s*(?:非常|很|十分|比较|都|very|quite)?\s*(?:满意|感谢|谢谢|好评|satisfied|thanks|thank you)(?![\p{L}]*(?:吗|么)))/iu;
const stillBroken =
  /(?:没有?|未|不能|无法|还没)[^。，,\n]{0,4}(?:彻底|完全)?(?:解决|修复|处理好)|不满意|\b(?:not|never|isn't|wasn't)\b[^.\n]{0,12}(?:solved|fixed|resolved|satisfied)/i;
const crash = '(?:蓝屏|死机|崩溃|卡死|dump|日志|复现|重现|出现)';
const waitsForCrashAgain = new RegExp(
  `(?:再等|继续等|等待|等几|再观察|继续观察|先观察)[^。\\n]{0,24}${crash}|(?:wait|waiting|watch|watching)[^.\\n]{0,40}(?:crash|blue ?screen|bsod|happens? again|reproduce)`,
  'i',
);
const noCrashYet =
  /(?:目前|暂时|至今|截至|这几天|一直|最近)[^。\n]{0,16}(?:没有?|未|不)(?:再)?(?:出现|发生)?(?:过)?(?:蓝屏|死机|崩溃|复现)|(?:no|not|hasn't|has not|haven't)\b[^.\n]{0,20}(?:crash(?:ed)?|blue ?screen(?:ed)?|bsod)[^.\n]{0,12}(?:since|again|yet)/i;
const hasUploaded =
  /(?:已|刚|重新|完成)[^。\n]{0,40}上传|上传(?:完成|完毕|成功|好了|到|至|了)|上传(?:到|至)[^。\n]{0,10}ftp|\b(?:uploaded|upload (?:is )?(?:done|complete|completed|finished))\b/i;
const notUploaded =
  /(?:无法|不能|没能|没法|未能?|没有?|还没|尚未|失败|将要?|准备|稍后|明天|再|之后|打算)[^。，,\n]{0,12}上传|上传(?:失败|不了|不上|不成功)|\b(?:not|cannot|can't|couldn't|haven't|hasn't|unable|will|to be|once|after)\b[^.\n]{0,24}upload/i;
const cannotUpload =
  /(?:无法|不能|没法|没能)[^。，,\n]{0,8}(?:上传|登录|连接|连上)|(?:上传|登录|连接)(?:失败|不了|不上|不成功)|\b(?:cannot|can't|could not|couldn't|unable to)\b[^.\n]{0,20}(?:upload|log ?in|connect)/i;
const crashesAgain =
  /(?:又|再次|再度|仍然|仍旧|还是|依然)(?:出现|发生|会)?(?:了)?(?:蓝屏|死机|崩溃|卡死|自动重启)|(?:问题|故障)(?:又|再次)(?:复现|重现|出现|发生)|\b(?:crashed|blue ?screened|happened|bsod)[^.\n]{0,12}again\b/i;
const onlySupposed = /是否|如果|如|若|等|没有?|未|不再|\bif\b|\bwhen\b|\bunless\b/i;

/** Our letters say: reply when the link to the password no longer opens. Only a person can give another. */
function wantsAccess(sentence: string): boolean {
  return (
    /(?:密码|口令|链接|账号|帐号|账户|用户名)[^。，,\n]{0,10}(?:过期|失效|无效|打不开|不能用|无法(?:打开|使用|查看)|忘|不对|错误|没有?收到|丢)|(?:打不开|无法打开|忘(?:记|了)|没有?(?:收到|保存))[^。，,\n]{0,6}(?:密码|口令|链接|账号|帐号)/.test(
      sentence,
    ) ||
    /(?:重新?|再)(?:发|给|提供|开)[^。，,\n]{0,10}(?:密码|口令|链接|账号|帐号)|(?:密码|口令|链接|账号|帐号)[^。\n]{0,10}(?:重新?|再)(?:发|给|提供)/.test(
      sentence,
    ) ||
    /\b(?:link|password|account)\b[^.\n]{0,24}\b(?:expired|invalid|wrong|lost|does not (?:open|work)|doesn't (?:open|work)|not working)|\b(?:forgot|lost|new|resend|another)\b[^.\n]{0,16}\b(?:password|link)\b/i.test(
      sentence,
    )
  );
}

function isQuestion(sentence: string): boolean {
  if (/[？]|[\p{L}\p{N}"”）)]\s*\?(?:\s|$)/u.test(sentence)) return true;
  if (
    /请问|请教|想问|如何|怎么|怎样|为什么|为何|什么时候|多久|哪个|哪些|能否|可否|是不是|能不能|可不可以|吗\s*[。！!]?$/.test(
      sentence,
    )
  )
    return !/不知(?:道)?(?:为何|怎么)|(?:不管|无论|尝试|试|看看|查|了解|知道)[^。，,\n]{0,6}(?:如何|怎么|为什么|怎样)/.test(
      sentence,
    );
  return /^(?:\d+[.)]\s*)?(?:how|what|why|when|where|which|who|can|could|should|shall|do|does|is|are|may) (?:do|can|to|should|is|are|does|we|i|you|it|the|this|will)\b/i.test(
    sentence,
  );
}

function isThanks(text: string): boolean {
  if (text.length > 120 || /[?？]/.test(text)) return false;
  const rest = text
    .toLowerCase()
    .replace(/[\s\p{P}\p{S}]+/gu, ' ')
    .replace(
      /(?:以后|之后|后续|后面|今后)?(?:再)?(?:有|出现|遇到)?(?:什么|任何|其他|新的?)?(?:问题|情况|需要)(?:的话)?(?:我们?)?(?:再|会|随时|请)+(?:跟|和|与|向)?(?:您|你)?(?:们)?(?:联系|沟通|反馈)|(?:同意|可以|请)(?:先|暂时)?(?:归档|结案|关闭)(?:此|该|这个|本)?(?:案例|问题|工单)?|(?:问题|已经?|目前|都|现在)*解决|好的|好|收到|已收到|已|谢谢|感谢|多谢|谢了|辛苦|非常|十分|了解|明白|知道|没问题|可以|您好|你好|嗯|哦|您|你们|你|了|啦|的|工程师|老师/g,
      ' ',
    )
    .replace(
      /\b(?:ok|okay|thanks?|thank you|thx|many|very much|a lot|so much|got it|received|well|noted|understood|great|perfect|hi|hello|dear|for your help|for the help|for your reply|best regards|regards|all)\b/g,
      ' ',
    );
  return rest.trim() === '' && text.trim() !== '';
}

function tellsOfUploadOrCrash(sentence: string): boolean {
  return (hasUploaded.test(sentence) && !notUploaded.test(sentence)) || crashesAgain.test(sentence);
}

/** The first match that is neither negated nor asked nor supposed. */
function firstMatchThat(
  pattern: RegExp,
  text: string,
  fits: (before: string, after: string) => boolean,
): RegExpExecArray | null {
  for (const found of text.matchAll(pattern)) {
    const before =
      text
        .slice(0, found.index)
        .split(/[。！!？?；;\n]/)
        .at(-1) ?? '';
    const after = text.slice(found.index + found[0].length).split(/(?<=[。！!？?；;\n])/)[0] ?? '';
    if (fits(before, after)) return found;
  }
  return null;
}

function isMeant(before: string, after: string): boolean {
  const isDenied =
    /(?:不要|先不|不能|不可|不应|不会|别|勿|暂不|尚未|还没|没有|等[^，,]{0,20}再|是否|能否|可否|要不要)[^，,]{0,8}$/.test(
      before,
    ) || /\b(?:not|don't|do not|never|cannot|can't|before|should|shall|can|may)\b[^,]{0,24}$/i.test(before);
  const isSupposed = /如果|若|要是|假如|一旦|除非|\b(?:if|unless|once|when|whether)\b/i.test(before);
  return !isDenied && !isSupposed && !/^[^。！!；;\n]{0,8}(?:吗|么|？|\?)/.test(after);
}

function firstThat(sentences: string[], fits: (sentence: string) => boolean): string | null {
  return sentences.find(fits) ?? null;
}

function short(sentence: string): string {
  return sentence.length <= 60 ? sentence : `${sentence.slice(0, 60)}…`;
}
