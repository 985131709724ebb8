import { noteOldFiles, type Needs } from './note-old-files.js';

/** Notes them once after the start; what fails is tried again after a pause. Answers with what ends it. */
export function noteOldFilesOnce(
  needs: Needs,
  pauseMilliseconds: number,
  onFault: (error: unknown) => void,
): () => Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let noting: Promise<void>;
  const note = (): void => {
    noting = noteOldFiles(needs).catch((error: unknown) => {
      onFault(error);
      if (!needs.isStopping()) timer = setTimeout(note, pauseMilliseconds);
    });
  };
  note();
  return async () => {
    clearTimeout(timer);
    await noting;
  };
}
