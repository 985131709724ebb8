/**
 * The forms in which mail programs set off what they quote, hand on or add. Every pattern is for one line that was
 * folded (`fold`) and is at most `longestMark` units long, or for a few such lines that were joined.
 */
export const longestMark = 500;

const dashes = '[-_—=]{2,60}';
/** QQ writes its spaces as no-break spaces, and some programs pass the entity on as text. */
const gap = '(?:&nbsp;|\\s){0,20}';

const originalWords = [
  '原始邮件|原始郵件|原邮件|原郵件|邮件原件|郵件原件|原始信息|回复的原邮件|回复的邮件|回覆的原郵件|回复的原始邮件',
  'Original(?: (?:Message|E-?mail|Appointment|Mail))?|Replied Message|Reply Message',
  "Ursprüngliche (?:Nachricht|Mail)|Originalnachricht|Message d'origine|Message original|Mensaje original",
  'Mensagem original|Messaggio originale|Oorspronkelijk bericht|元のメッセージ|Исходное сообщение|원본 메시지',
].join('|');
const forwardWords = [
  '转发(?:的)?(?:邮件|消息|信息|邮件信息)|转发邮件信息|轉寄(?:的)?(?:郵件|訊息)|轉發(?:的)?(?:郵件|訊息)|转发的原邮件|被转发邮件信息',
  'Forwarded (?:message|mail|e-?mail)|Weitergeleitete Nachricht|Message transféré|Mensaje reenviado|転送メッセージ|転送されたメッセージ',
].join('|');

const forms = {
  original: new RegExp(`^\\s*${dashes}${gap}(?:${originalWords})${gap}:?${gap}${dashes}\\s*$`, 'i'),
  bareOriginal: /^\s*\*{0,2}(?:原始邮件|原始郵件|原邮件|原郵件|邮件原件|Original(?: Message)?)\*{0,2}\s*:?\s*$/i,
  forwarded: new RegExp(`^\\s*${dashes}${gap}(?:${forwardWords})${gap}:?${gap}${dashes}\\s*$`, 'i'),
  bareForwarded:
    /^\s*(?:Begin forwarded message|开始转发的邮件|開始轉寄郵件|以下是转发的邮件|Anfang der weitergeleiteten (?:Nachricht|E-Mail)|Début du message (?:transféré|réexpédié)|転送されたメッセージ)\s*:\s*$/i,
  forwardedBy: /^\s*-{3,60}\s?Forwarded by .{1,200}\son\s.{4,60}-{3,60}\s*$/i,
  /** HCL Notes (iNotes): `-----"L1" <l1@support.example> wrote: -----`. */
  notesWrote: /^\s*-{3,60}\s?.{1,200}?\s?(?:wrote|写道|寫道|schrieb|a écrit|作成)\s?:?\s?-{3,60}\s*$/i,
  rule: /^\s*[-_—=]{5,200}\s*$/,
  underscores: /^\s*_{20,200}\s*$/,
  /** Aliyun mail and DingTalk mail set a line of 66 dashes above what they quote. */
  longRule: /^\s*[-_—]{30,200}\s*$/,
};

/** `original`: a mark of a quoted mail; `forwarded`: of one that is handed on; null: neither. */
export function markIn(line: string): { what: 'quotation' | 'forward'; rule: string } | null {
  if (forms.original.test(line)) return { what: 'quotation', rule: 'original-mail mark' };
  if (forms.forwarded.test(line) || forms.forwardedBy.test(line))
    return { what: 'forward', rule: 'forwarded-mail mark' };
  if (forms.bareForwarded.test(line)) return { what: 'forward', rule: 'forwarded-mail mark' };
  if (forms.notesWrote.test(line) && !/^\s*[-—=_\s]*$/.test(line)) return { what: 'quotation', rule: 'Notes mark' };
  return null;
}

/** The words without dashes; only what stands below tells whether they are a mark. */
export function isBareMark(line: string): boolean {
  return forms.bareOriginal.test(line);
}

export function isRule(line: string): boolean {
  return forms.rule.test(line);
}

/** A rule that mail programs write above a header block, and people hardly do. */
export function isRuleOfProgram(line: string): boolean {
  return forms.underscores.test(line) || forms.longRule.test(line);
}

export type HeaderName = 'from' | 'sent' | 'to' | 'copy' | 'subject' | 'other';

/** Fields of a quoted header, as Outlook, Foxmail, QQ, NetEase, Aliyun, Lark and others write them in each language. */
const headerWords: [HeaderName, string][] = [
  ['from', '发件人|寄件人|寄件者|发信人|發件人|From|Von|De|差出人|送信者|Expéditeur|보낸 사람'],
  [
    'sent',
    '发送时间|发送日期|发件时间|发件日期|发送于|发信时间|寄件日期|寄件時間|傳送時間|傳送日期|日期|時間|时间|Sent Time|Sent|Send Time|Date|Gesendet|Datum|Envoyé|Date d’envoi|送信日時|日時|日付|보낸 날짜',
  ],
  ['to', '收件人|收件者|收信人|To|An|À|宛先|받는 사람'],
  ['copy', '抄送人|抄送|副本|密送|Cc|Bcc|Kopie|참조'],
  ['subject', '主题|主題|主旨|标题|標題|Subject|Betreff|Objet|件名|제목'],
  [
    'other',
    '附件|重要性|优先级|回复至|Attachments?|Importance|Reply-To|Anlagen|Anhänge|Wichtigkeit|Pièces jointes|添付ファイル',
  ],
];

/** Aliyun pads its words (`日 期：`, with a wide space), so two characters may stand apart. */
const apart = (words: string): string =>
  words.replace(/(\p{Script=Han})(?=\p{Script=Han}(?:\||$))/gu, (character, _next, offset: number) =>
    offset === 0 || words[offset - 1] === '|' ? `${character}\\s{0,6}` : character,
  );

const headerForms = headerWords.map(([name, words]): [HeaderName, RegExp] => [
  name,
  new RegExp(
    `^\\s{0,40}(?:[*#•|]{1,3}\\s{0,3})?(?:${apart(words)})\\s{0,4}(?::\\s{0,2}\\*{0,3}|\\*{1,3}\\s{0,2}:|\\s?\\|)(.*)$`,
    'i',
  ),
]);

/** The header field that a line holds, with its value. */
export function headerIn(line: string): { name: HeaderName; value: string } | null {
  for (const [name, form] of headerForms) {
    const found = form.exec(line);
    if (found) return { name, value: (found[1] ?? '').trim() };
  }
  return null;
}

/** Fields that a mail has on its way and no program repeats when it quotes: here a header itself is talked about. */
export function isFieldOfTransport(line: string): boolean {
  return /^\s*(?:Received|Message-ID|MIME-Version|Content-Type|Return-Path|DKIM-Signature|X-[A-Za-z-]{2,40}|Delivered-To)\s*:/i.test(
    line,
  );
}

/** A line of a log starts with a time. */
export function isLogLine(line: string): boolean {
  return /^\s*[[(]?(?:20\d\d[-/.]\d{1,2}[-/.]\d{1,2}[ T]\d{1,2}:\d\d|\d{1,2}:\d\d:\d\d|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d)/.test(
    line,
  );
}

const wroteWords =
  '写道|寫道|撰写|撰寫|写入|寫入|wrote|writes|schrieb|a écrit|escribió|escreveu|ha scritto|schreef|пишет|написал|のメール|書きました|님이 작성';
const wroteAtEnd = new RegExp(`(?:${wroteWords})\\s?(?:\\([^)]{0,10}\\)\\s?)?:\\s*$|\\bschrieb\\b.{1,150}:\\s*$`, 'i');
const opensAttribution = /^\s*(?:On |At |在|于|於|Am |Le |El |Em |Il |Op |Den )/;
const time = /\d{1,2}[:h点時时]\s?\d\d|20\d\d\s?[年/.-]|\b\d{1,2}[./-]\d{1,2}[./-](?:20)?\d\d\b/;
const address = /[^\s@<>"]{1,64}@[\w.-]{1,200}/;

export interface Attribution {
  /** True where the form alone is proof: it names an address, or is as only programs write it. */
  isSure: boolean;
}

/** Whether joined lines are `… wrote:` as programs write it above a quotation. */
export function attributionIn(joined: string, lines: number): Attribution | null {
  if (joined.length > longestMark || !time.test(joined)) return null;
  // Gmail in Japanese and Korean names no verb: `2020年5月7日(木) 9:47 L1 <l1@support.example>:`.
  const isVerbless = /^\s*20\d\d年\d{1,2}月\d{1,2}日.{0,120}\d{1,2}:\d\d.{0,120}<[^<>\s]+@[^<>\s]+>\s?:\s*$/.test(
    joined,
  );
  if (!wroteAtEnd.test(joined) && !isVerbless) return null;
  const opens = opensAttribution.test(joined) || isVerbless || nameThenTime.test(joined);
  if (!opens && lines > 1) return null;
  if (!opens && !address.test(joined)) return null;
  return { isSure: address.test(joined) || asProgramsWrite.test(joined) };
}

/** Gmail in Chinese: `L1 <l1@support.example> 于2020年5月7日周四 上午9:47写道：`. */
const nameThenTime = /^.{0,150}[>\s]\s?(?:于|於)\s?20\d\d.{3,60}(?:写道|寫道)\s?:\s*$/;
/** With the time to the second or the time of day, a comma, a name without a verb, and a space before the verb. */
const asProgramsWrite =
  /^\s*(?:在|于|於)\s?20\d\d\s?[-/年]\s?\d{1,2}\s?[-/月]\s?\d{1,2}\s?日?[\s,]{0,3}(?:[上下中]午|星期.|周.)?\s?\d{1,2}:\d\d(?::\d\d)?\s?[,，]\s?["“]?[^\s,，。"”]{1,30}(?: [^\s,，。"”]{1,30}){0,3}["”]?\s(?:写道|寫道)\s?:\s*$|^\s*(?:在|于|於)\s?20\d\d[^"“]{6,40}["“][^"”]{1,60}["”]\s?(?:写道|寫道)\s?:\s*$/;

/** True where a line can be the first of an `… wrote:` that is broken over several. */
export function mayOpenAttribution(line: string): boolean {
  return opensAttribution.test(line) || address.test(line) || /^\s*20\d\d年/.test(line) || nameBeforeAddress.test(line);
}

const nameBeforeAddress = /^\s*["“]?[\p{L}\p{N} .·_-]{1,60}["”]?\s*$/u;

const devices = [
  /^\s*(?:发自|發自|来自|來自)\s?(?:我的|手机|您的)?\s?[A-Za-z0-9\p{Script=Han}][A-Za-z0-9\p{Script=Han} .+()™®_-]{0,40}$/u,
  /^\s*(?:从|從)\s?(?:我的|Windows|Outlook|网页版|三星|华为|小米|荣耀|OPPO|vivo|Galaxy|iPhone|iPad|手机)[A-Za-z0-9\p{Script=Han} .+()™®_-]{0,40}(?:发送|發送|传送|傳送)(?:的)?$/u,
  /^\s*(?:使用|透过|通过|用)\s?(?:我的)?\s?(?:iPhone|iPad|Galaxy|手机|手機|华为手机|小米手机|Outlook|Windows).{0,30}(?:发送|發送|傳送|发出)$/,
  /^\s*(?:获取|獲取|取得|下载)\s?(?:适用于\s?)?Outlook.{0,60}$/,
  /^\s*Sent (?:from|via|with) (?:my |Mail for |Outlook|Yahoo|the |Proton|Samsung|Windows|BlackBerry|Spark|Huawei|Xiaomi|a ).{0,70}$/i,
  /^\s*Get (?:Outlook|BlueMail|TypeApp) for .{0,60}$/i,
  /^\s*(?:Von meinem .{1,40} gesendet|Gesendet (?:von|mit) (?:meinem |der |Outlook|Mail |Yahoo).{1,50}|Envoyé (?:de|depuis) (?:mon |Outlook|l['’]).{1,40}|Holen Sie sich Outlook .{1,60})$/i,
  /^\s*(?:.{1,20}から送信|Enviado desde mi .{1,30}|Inviato da .{1,30}|Outlook for (?:iOS|Android) を入手.{0,40})$/i,
];
const deviceNouns =
  /(?:iPhone|iPad|iOS|Android|Galaxy|Huawei|HONOR|Xiaomi|Redmi|OPPO|vivo|OnePlus|Windows|Outlook|Mac|Foxmail|QQ|163|126|139|189|App|手机|手機|平板|电脑版|客户端|用戶端|邮箱|郵箱|信箱|邮件|邮件应用|版|大师|华为|小米|三星|荣耀|魅族|企业微信|钉钉|飞书|Pro|Max|Plus|Ultra|Mate|Nova|Note|Phone|Mobile)\s?[A-Za-z0-9 +()版._-]{0,20}$/i;

/** `发自我的iPhone` and the like: a line that a device adds, nothing that a person says. */
export function isDeviceLine(line: string): boolean {
  const bare = line.replace(/[<([{]?https?:\/\/\S{1,200}$/, '').trimEnd();
  if (bare.length > 100 || bare === '') return false;
  return devices.some((form, index) => form.test(bare) && (index > 0 || deviceNouns.test(bare)));
}

/** The start of a footer that companies add: it speaks of the mail itself, and of the law. */
export function startsDisclaimer(line: string): boolean {
  return /^[\s*【[(>]{0,6}(?:本|此|这封|該|该|本封)(?:电子|電子)?(?:邮件|郵件|信件|邮箱)|^[\s*【[(]{0,6}(?:免责声明|免責聲明|保密(?:声明|提示|须知|通知)|保密聲明|法律声明|重要提示)|^[\s*[(]{0,6}(?:(?:This|The information (?:contained )?in this) (?:e-?mail|message|communication|transmission)|CONFIDENTIALITY|DISCLAIMER|(?:IMPORTANT )?NOTICE|Diese (?:E-?Mail|Nachricht)|Ce (?:message|courriel))/i.test(
    line,
  );
}

const legal = [
  /保密|机密|機密|秘密|confidential|vertraulich|confidentiel/i,
  /仅限|僅限|仅供|僅供|禁止|不得|未经授权|未經授權|未经许可|任何形式|intended (?:only|solely|recipient|for)|unauthori[sz]ed|prohibited|bestimmt|destiné/i,
  /错收|錯收|误收|誤收|错误(?:地)?收到|不是(?:预期|指定|本邮件)|非(?:指定|预期)?收件人|收到本?此?邮件有误|in error|by mistake|not the (?:intended|named)|irrtümlich|par erreur/i,
  /删除|刪除|销毁|delete|destroy|löschen|notify|立即(?:电话|通知|告知)/i,
  /法律责任|法律責任|liab|不承担|不代表/i,
];

/** A customer may well say "this mail is confidential"; a footer says several things of that kind at once. */
export function isDisclaimer(paragraph: string): boolean {
  return legal.filter((form) => form.test(paragraph)).length >= 2;
}

/** New words that only say that the answers stand in the quotation, as Outlook's users colour them. */
export function saysAnswersAreInside(text: string): boolean {
  return (
    text.length <= 300 &&
    (/(?:见|看|如|在|参见|請見|详见).{0,12}(?:红|蓝|紅|藍|绿|綠|彩)(?:色)?(?:字|字体|字體|部分|标注|標註)|(?:红|蓝|紅|藍|绿|綠)(?:色)?(?:字|字体|部分)?(?:为|是|处为)?(?:我的)?(?:回复|回覆|答复|标注)|(?:回复|答复|回覆|批注|标注|意见|答案)(?:已)?(?:在|见|请见|写在|于)(?:下方|下面|下文|原邮件|原文|邮件|正文)|见(?:下方|下文|下面)(?:的)?(?:批注|标注|回复|答复)/.test(
      text,
    ) ||
      /\b(?:in ?line|(?:in|marked) (?:red|blue|green)|(?:answers|comments|replies|responses|remarks) (?:are )?(?:below|inline|inside|in (?:the )?(?:mail|text))|see below in (?:red|blue))\b/i.test(
        text,
      ))
  );
}
