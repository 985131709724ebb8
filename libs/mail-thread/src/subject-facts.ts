import { fold } from './fold.js';

/** What a subject line says about a case; null where it does not say it. */
export interface SubjectFacts {
  partner: string | null;
  endCustomer: string | null;
  problem: string | null;
}

const organisation = '[^%]*?(?:公司|集团|银行|医院|大学|学院|学校|中心|研究院|研究所|局|委员会|政府)';
const forms = [
  // <partner>帮<endCustomer>反馈<problem>; a name that holds 帮 itself ends where an organisation's name ends.
  new RegExp(
    `(?:^|%)\\s*(?<partner>${organisation})\\s*(?:帮助?|代|替)(?<endCustomer>[^%]+?)反馈:?(?<problem>[^%]+?)\\s*(?:%|$)`,
  ),
  /(?:^|%)\s*(?<partner>[^%]+?)帮助?(?<endCustomer>[^%]+?)反馈:?(?<problem>[^%]+?)\s*(?:%|$)/,
  /%\s*(?<endCustomer>[^%]+?)反馈:?(?<problem>[^%]+?)\s*%/,
  /(?:^|%)\s*(?<partner>[^%]+?)\s+on behalf of\s+(?<endCustomer>[^%]+?)\s+reports?:?\s+(?<problem>[^%]+?)\s*(?:%|$)/i,
];

/** Reads `% <partner>帮<endCustomer>反馈<problem> %` out of a topic (a subject without prefixes, number and token). */
export function subjectFacts(topic: string): SubjectFacts {
  const line = topic.slice(0, 500);
  for (const form of forms) {
    const found = form.exec(fold(line));
    if (!found?.groups) continue;
    const { partner, endCustomer, problem } = found.groups;
    return { partner: fact(partner), endCustomer: fact(endCustomer), problem: fact(problem) };
  }
  return { partner: null, endCustomer: null, problem: null };
}

function fact(text: string | undefined): string | null {
  const trimmed = text?.trim().replace(/^[,:;]+|[,:;]+$/g, '');
  return trimmed ? trimmed.slice(0, 200) : null;
}
