const longestMark = 500;
const headerName =
  '(?:发件人|寄件人|寄件者|发送时间|寄件日期|日期|时间|收件人|收件者|抄送|副本|主题|主旨|From|Sent|Date|To|Cc|Subject)';
const headerLine = new RegExp(`^[\\s*>]*${headerName}\\s*\\*?\\s*[:：]`, 'i');
const firstHeaderLine = /^[\s*]*(?:发件人|寄件人|寄件者|From)\s*\*?\s*[:：]/i;
const quotedMarker =
  /^\s*[-－—_]{2,}\s*(?:原始邮件|原始郵件|原邮件|回复的原邮件|Original(?: Message| Email)?)\s*[-－—_]{2,}\s*$/i;
const bareMarker = /^\s*(?:原始邮件|原始郵件|原邮件)\s*[:：]?\s*$/;
const bareRule = /^\s*[-_－—]{5,}\s*$/;
const wrote = /(?:写道|寫道|wrote)\s*[:：]\s*$/i;
const attribution = /^\s*(?:On |At |在|于)|[@<]|20\d\d\s*[年/-]/i;
const deviceSignature =
  /^\s*(?:发自(?:我的|手机)|來自我的|来自我的|从我的.{1,20}发送|从 Outlook .{1,20}发送|获取 Outlook|Sent from my |Sent from Mail for|Get Outlook for ).{0,60}$/i;

/**
 * The words that are new in a reply: without the quoted mail below them, without `>` lines and device signatures.
 * Cutting too much would lose what a customer said, so only forms that mail programs are known to write are cut; a
 * line of dashes alone never is. A forward that adds no words keeps all of them.
 */
export function newTextOf(text: string, { forwarded = false } = {}): string {
  const whole = text.replace(/\r\n?/g, '\n');
  const all = whole.split('\n');
  // Marks of mail programs are short; looking at no more keeps long lines from costing time.
  const lines = all.map((line) => line.slice(0, longestMark));
  const kept: string[] = [];
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    if (startsQuotation(lines, index)) break;
    const attributionLines = leadsIntoQuotedLines(lines, index);
    if (attributionLines > 0) {
      index += attributionLines - 1;
      continue;
    }
    if (line.startsWith('>') || deviceSignature.test(line)) continue;
    kept.push((all[index] ?? '').trimEnd());
  }
  const fresh = kept
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  return fresh === '' && forwarded ? whole.trim() : fresh;
}

/** True where everything from this line on is the mail that is answered. */
function startsQuotation(lines: string[], index: number): boolean {
  const line = lines[index] ?? '';
  if (quotedMarker.test(line)) return true;
  if (bareMarker.test(line)) {
    const next = nextFilled(lines, index);
    return (
      next === null || headerLine.test(next) || next.startsWith('>') || wrote.test(next) || quotedMarker.test(next)
    );
  }
  if (bareRule.test(line)) {
    const next = lines[index + 1] ?? '';
    return firstHeaderLine.test(next) && isHeaderBlock(lines, index + 1);
  }
  if (firstHeaderLine.test(line)) return isHeaderBlock(lines, index);
  const length = attributionLength(lines, index);
  if (length === 0) return false;
  const next = nextFilled(lines, index + length - 1);
  const namesAddress = lines.slice(index, index + length).some((part) => part.includes('@'));
  return namesAddress && next !== null && !next.startsWith('>');
}

/** How many lines of "On … wrote:" stand here above `>` lines; those are left out, what follows them is read on. */
function leadsIntoQuotedLines(lines: string[], index: number): number {
  const length = attributionLength(lines, index);
  if (length === 0) return 0;
  const next = nextFilled(lines, index + length - 1);
  return next === null || next.startsWith('>') ? length : 0;
}

/** Mail programs break long "On … wrote:" lines, at most into three. */
function attributionLength(lines: string[], index: number): number {
  let joined = '';
  for (let length = 1; length <= 3; length++) {
    const line = lines[index + length - 1];
    if (line === undefined || line.trim() === '' || line.startsWith('>')) return 0;
    joined += ` ${line.trim()}`;
    if (!wrote.test(line)) continue;
    const opens = length === 1 || /^\s*(?:On |At |在|于|.{0,80}[@<])/.test(lines[index] ?? '');
    const namesTime = /\d{1,2}:\d\d|20\d\d/.test(joined);
    return opens && attribution.test(joined) && namesTime && joined.length < 400 ? length : 0;
  }
  return 0;
}

/** Outlook and Foxmail: From, then at least two more header lines close by. */
function isHeaderBlock(lines: string[], index: number): boolean {
  const following = lines.slice(index + 1, index + 7).filter((line) => line.trim() !== '');
  return following.slice(0, 4).filter((line) => headerLine.test(line)).length >= 2;
}

function nextFilled(lines: string[], index: number): string | null {
  for (let next = index + 1; next < lines.length; next++) {
    const line = lines[next] ?? '';
    if (line.trim() !== '') return line;
  }
  return null;
}
