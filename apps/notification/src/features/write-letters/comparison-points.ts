import type { EventOf } from '@caserelay/contracts';
import type { Texts } from './templates/texts.js';

type Escalated = EventOf<'case.escalated'>['data'];

const most = 5;

/** What the latest dump shares with the one before it and what changed between them, one sentence each. */
export function comparisonPoints({ comparison, uploads, findings }: Escalated, texts: Texts): string[] {
  if (!comparison?.previous) return [];
  const { comparison: say } = texts;
  const [same] = comparison.sameSignatureAs;
  const nameOf = (uploadId: string): string =>
    uploads.find((upload) => upload.uploadId === uploadId)?.name ?? comparison.previousName ?? uploadId;
  const changed = comparison.changedModules.slice(0, most);
  const more = comparison.changedModules.length - changed.length + comparison.moreChangedModules;
  const changes = [
    ...changed.map(({ name, from, to }) =>
      from === null ? say.came(name, to ?? '') : to === null ? say.went(name, from) : say.changed(name, from, to),
    ),
    ...(more > 0 ? [say.more(more)] : []),
  ];
  const suspect = findings.findLast(({ culprit }) => culprit?.name)?.culprit?.name?.toLowerCase();
  const vain = changed.find(({ name, from, to }) => from !== null && to !== null && name.toLowerCase() === suspect);
  return [
    same === undefined ? say.other(nameOf(comparison.previous)) : say.same(nameOf(same)),
    changes.length > 0 ? `${changes.join(texts.comma)}${say.end}` : say.nothingChanged,
    ...(comparison.osBuildChanged ? [say.otherBuild] : []),
    // Only when the same crash came again right after the change.
    ...(vain && same === comparison.previous ? [say.didNotHelp(vain.name)] : []),
  ];
}
