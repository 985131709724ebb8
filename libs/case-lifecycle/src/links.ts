import { Refusal, type LinkKind } from '@caserelay/contracts';
import { limits, type CaseCommand, type Known, type Link } from './case.js';
import type { Turn } from './turn.js';

type Ask<Type extends CaseCommand['type']> = Omit<Extract<CaseCommand, { type: Type }>, 'now' | 'type'>;

/** What this case is to the other one. */
export const mirrored: Readonly<Record<LinkKind, LinkKind>> = {
  parent: 'child',
  child: 'parent',
  related: 'related',
  original: 'duplicate',
  duplicate: 'original',
};

/** Lets two cases belong together, in one way. */
export function link(turn: Turn, { other, as, by }: Ask<'link'>): void {
  const { file, links = [] } = turn.known;
  const found = links.find(({ caseId }) => caseId === other.caseId);
  if (found?.as === as) return;
  if (found)
    throw new Refusal(
      `${other.caseNumber} is linked as ${found.as} already, found ${as}; expected to unlink it first`,
      `案例 ${other.caseNumber} 已关联（${found.as}），不能再关联为 ${as}；请先取消关联`,
    );
  if (links.length >= limits.links)
    throw new Refusal(
      `the case has ${links.length} links; expected fewer than ${limits.links}`,
      `案例已有 ${links.length} 个关联；最多 ${limits.links} 个`,
    );
  const { caseId, caseNumber } = other;
  turn.say({ type: 'case.linked', data: { file, other: { caseId, caseNumber }, as, by } });
  if (!other.isOpen) turn.say({ type: 'link.kept', data: { caseId, isOpen: false } });
}

export function unlink(turn: Turn, { from, by }: Ask<'unlink'>): void {
  const { file, links = [] } = turn.known;
  const found = links.find(({ caseId }) => caseId === from);
  if (!found)
    throw new Refusal(
      `the case is not linked with ${from}; expected a case that it is linked with`,
      `案例与 ${from} 没有关联；应为已关联的案例`,
    );
  const { caseId, caseNumber, as } = found;
  turn.say({ type: 'case.unlinked', data: { file, other: { caseId, caseNumber }, as, by } });
}

/** One that is linked no more tells nothing. */
export function takeLinkedCase(turn: Turn, { caseId, isOpen }: Ask<'take-linked-case'>): void {
  const found = turn.known.links?.find((one) => one.caseId === caseId);
  if (found && found.isOpen !== isOpen) turn.say({ type: 'link.kept', data: { caseId, isOpen } });
}

export function openChildren({ links = [] }: Pick<Known, 'links'>): Link[] {
  return links.filter(({ as, isOpen }) => as === 'child' && isOpen);
}

/** Who has to know when the case is archived, merged or opened again: linked cases, and those that go on in it; nothing when nobody has. */
export function linkedWith({ links = [], merged = [] }: Pick<Known, 'links' | 'merged'>): {
  links?: string[];
  mergedCases?: string[];
} {
  return {
    ...(links.length > 0 && { links: links.map(({ caseId }) => caseId) }),
    ...(merged.length > 0 && { mergedCases: merged.map(({ caseId }) => caseId) }),
  };
}
