import { closingSummary, escalationPackage, type HistoryLine } from '@caserelay/case-papers';
import { factsForSummary, type Case, type Policy } from '@caserelay/case-lifecycle';
import type { ClosingSummary, EscalationPackage, Language } from '@caserelay/contracts';

/** A case with the part of its history that papers tell of, both of one moment. */
export interface CaseWithLines {
  state: Exclude<Case, { phase: 'unopened' }>;
  /** Oldest first. */
  lines: HistoryLine[];
  leftOut: number;
  position: number;
  /** How it was archived last; null when it never was. */
  lastArchive: Extract<HistoryLine, { type: 'case.archived' }> | null;
}

/** What showing papers needs from around it. */
export interface Needs {
  /** Null when nobody opened the case. */
  read(caseId: string): Promise<CaseWithLines | null>;
  /** The policy of a version that the case or a clock of it lives by. */
  policy(version: string): Promise<Policy>;
  now(): Date;
}

/** The escalation package of a case as it stands, with the zone of its policy; null when nobody opened it. */
export async function showPackage(
  caseId: string,
  needs: Needs,
): Promise<{ paper: EscalationPackage; zone: string } | null> {
  const found = await needs.read(caseId);
  if (!found) return null;
  const { state, lines, leftOut, position } = found;
  const policies = new Map<string, Policy>();
  for (const version of [state.known.policy, ...state.known.clocks.map(({ policy }) => policy)]) {
    if (!policies.has(version)) policies.set(version, await needs.policy(version));
  }
  const now = needs.now().toISOString();
  const paper = escalationPackage({ caseId, state, lines, leftOut, position, now, policies });
  return { paper, zone: zoneOf(policies, state.known.policy) };
}

/** The summary as it would be if the case were archived now, or as it was; null when nobody opened it. */
export async function draftSummary(
  caseId: string,
  language: Language | null,
  needs: Needs,
): Promise<ClosingSummary | null> {
  const found = await needs.read(caseId);
  if (!found) return null;
  const { state, lastArchive } = found;
  const now = needs.now().toISOString();
  const policy = await needs.policy(state.known.policy);
  const reader = { language: language ?? state.known.file.language, zone: policy.document.mornings.zone };
  if (state.phase !== 'archived' || !lastArchive) return closingSummary(factsForSummary(state, now), null, reader);
  const { because, engineerSummary, observation, counts } = lastArchive.data;
  const told = { ...factsForSummary(state, now), counts, ...(observation && { observation }) };
  return closingSummary(told, { at: state.archivedAt, because, engineerSummary }, reader);
}

function zoneOf(policies: ReadonlyMap<string, Policy>, version: string): string {
  return policies.get(version)?.document.mornings.zone ?? 'UTC';
}
