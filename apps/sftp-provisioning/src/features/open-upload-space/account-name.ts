import { pinyin } from 'pinyin-pro';
import { latinLetters } from './latin-letters.js';

const shortest = 3;
const longest = 20;

const regions =
  '北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门';
const regionKind = new RegExp(`^(${regions})(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区)`, 'u');
/** 深圳市, but not the 市 of 超市 or 城市. */
const cityKind = new RegExp(`^((?:${regions})?\\p{Script=Han}{2,4}?)(?<![超城都股菜夜集门])市(?!场)`, 'u');
const companyKind = /(?:股份有限责任公司|股份有限公司|有限责任公司|有限公司|股份公司|总公司|分公司|公司)$/u;
const foreignCompanyKind = /株式会社|有限会社|合同会社|주식회사|유한회사|(?<!\p{L})(?:ооо|оао|зао|пао|ао)(?!\p{L})/giu;
const latinCompanyKind =
  /(?:[\s,.]+(?:co|ltd|limited|inc|incorporated|corp|corporation|company|llc|gmbh|ag|kg|plc|pty|bv|oy|ab|sa|srl|spa)\.?)+$/iu;

/**
 * The name of an account as the support centre is used to writing it: 陕西省煤田地质集团有限公司 gives `sxmtdzjt`.
 * Lower-case letters and digits, 3 to 20 of them. A name that gives nothing is replaced by the case number.
 */
export function accountName(endCustomer: string | null, caseNumber: string): string {
  const letters = lettersOf(endCustomer ?? '');
  if (letters.length >= shortest) return letters.slice(0, longest);
  if (letters.length > 0) return `${letters}case`;
  const fromCase = latin(caseNumber);
  return (fromCase.length >= shortest ? fromCase : `case${fromCase}`).slice(0, longest);
}

/** The n-th choice for an account name, from 1; the number takes the place of letters when there is no room. */
export function numbered(name: string, choice: number): string {
  if (choice === 1) return name;
  return name.slice(0, longest - String(choice).length) + String(choice);
}

function lettersOf(company: string): string {
  const name = company
    .slice(0, 200)
    .normalize('NFKC')
    .replace(/[(（【[].*?[)）】\]]/gu, '')
    .trim()
    .replace(foreignCompanyKind, '')
    .trim()
    .replace(companyKind, '')
    .replace(latinCompanyKind, '')
    .replace(regionKind, '$1')
    .replace(cityKind, '$1');
  return latin(pinyin(latinLetters(name), { pattern: 'first', toneType: 'none', type: 'array' }).join(''));
}

function latin(text: string): string {
  return text
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z0-9]/gu, '');
}
