/** What is needed to find files that no upload is known for. */
interface Needs {
  readonly uploads: { unknownAmong(uploadIds: readonly string[]): Promise<string[]> };
  readonly evidence: {
    list(folder: string): Promise<{ folders: string[]; files: { location: string; changedAt: Date }[] }>;
    remove(location: string): Promise<void>;
  };
  warn(message: string, details: Record<string, unknown>): void;
}

const uploadId = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const mostAsked = 1_000;

/**
 * Removes what a process that was killed between the file of an upload and its row has left. Nobody was told that it was
 * received, no row leads to it, and so it would outlive the removal of evidence. Younger files may belong to somebody who
 * is about to write their row.
 */
export async function sweepFiles(needs: Needs, olderThanMilliseconds: number): Promise<number> {
  const before = Date.now() - olderThanMilliseconds;
  let count = 0;
  for (const caseFolder of (await needs.evidence.list('uploads')).folders) {
    const ids = (await needs.evidence.list(`uploads/${caseFolder}`)).folders.filter((name) => uploadId.test(name));
    for (let at = 0; at < ids.length; at += mostAsked)
      for (const id of await needs.uploads.unknownAmong(ids.slice(at, at + mostAsked))) {
        const { files } = await needs.evidence.list(`uploads/${caseFolder}/${id}`);
        if (files.some(({ changedAt }) => changedAt.getTime() > before)) continue;
        for (const { location } of files) await needs.evidence.remove(location);
        if (files.length === 0) continue;
        needs.warn('a file that no upload is known for was removed', { uploadId: id });
        count += 1;
      }
  }
  return count;
}
