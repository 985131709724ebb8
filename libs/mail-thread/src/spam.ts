import { fold } from './fold.js';
import { simplify } from './simplified.js';

const signs: RegExp[] = [
  /代开|开(?:具)?(?:各类|正规|增值税)?(?:专用|普通)?发票|发票[^。\n]{0,20}(?:优惠|点数|税点)/,
  /加(?:我|本人)?(?:微信|qq|v信)|微信(?:同号|咨询)|(?:电话|手机|微信)[^。\n]{0,6}1[3-9]\d{9}/i,
  /退订(?:回|请|点击)|unsubscribe|opt[- ]?out/i,
  /中奖|恭喜您|领取[^。\n]{0,10}(?:奖|红包|礼)|抽奖|免费领/,
  /贷款|放款|低息|信用卡提额|套现|理财产品|年化收益/,
  /博彩|彩票|赌场|棋牌|casino|lottery|viagra|jackpot/i,
  /点击(?:下方|以下|此处)?(?:链接|网址)|click (?:here|below|the link)/i,
  /\b(?:prince|inheritance|beneficiary|next of kin|million (?:dollars|usd|euros)|\$\s?\d{1,3}(?:,\d{3}){2,})/i,
  /bank account|wire transfer|western union|bitcoin|crypto(?:currency)? invest/i,
  /\bSEO\b|guest posts?|back ?links?|first page of google|rank(?:ing)? #?1|increase (?:your )?traffic/i,
  /(?:verify|confirm|update) your (?:account|mailbox|password|identity)|(?:mailbox|account|quota)[^.\n]{0,30}(?:full|exceeded|suspend|expire|deactivat)|邮箱[^。\n]{0,16}(?:停用|冻结|升级|容量|过期)[^。\n]{0,20}(?:点击|验证|登录)/i,
  /(?:本公司|我司|我们)[^。\n]{0,8}(?:专业)?(?:提供|承接|代办|销售|批发|生产)/,
  /dear (?:friend|beneficiary|winner|sir\/madam)|business proposal|exclusive offer|limited[- ]time offer/i,
  /suspended|act now|immediately or/i,
];
const aboutWork =
  /蓝屏|死机|崩溃|dump|转储|重启|驱动|日志|案例|激活|报错|补丁|打不开|无法|\b(?:crash\w*|bsod|blue ?screen|driver|0x[0-9a-f]{2,}|stop code|kernel|reboot\w*|error)\b/i;

/** Why a mail of nobody we know looks like advertising or fraud; null when it does not, or speaks of work. */
export function whySpam(subject: string, text: string): string | null {
  const said = simplify(fold(`${subject}\n${text}`.slice(0, 10_000)));
  if (aboutWork.test(said)) return null;
  const seen = signs.flatMap((sign) => sign.exec(said)?.[0].trim() ?? []);
  return seen.length >= 2 ? `it looks like advertising or fraud: “${seen.slice(0, 3).join('”, “')}”` : null;
}
