import type { RemoteEntry, RemoteFile, RemoteFiles } from '../sftp-server/sftp-session.js';
import type { AuditAction, AuditEntry } from './audit-log.js';

type Who = Pick<AuditEntry, 'caseId' | 'spaceId' | 'account' | 'address' | 'client' | 'sessionId'>;
type What = Pick<AuditEntry, 'path' | 'toPath' | 'bytes' | 'reason'>;

/** The files of a session, each operation on them written down with its outcome. Reads and writes are told by the CLOSE. */
export class AuditedFiles implements RemoteFiles {
  constructor(
    private readonly files: RemoteFiles,
    private readonly log: { note(entry: Omit<AuditEntry, 'at'>): void },
    private readonly who: Who,
  ) {}

  resolve(path: Buffer): Buffer {
    return this.files.resolve(path);
  }

  /** A path that breaks the rules for names is shown as it came. */
  shown(path: Buffer): string {
    try {
      return this.files.shown(path);
    } catch {
      return path.subarray(0, 1000).toString();
    }
  }

  entry(path: Buffer): Promise<RemoteEntry> {
    return this.files.entry(path);
  }

  list(path: Buffer): Promise<RemoteEntry[]> {
    return this.noting('list', { path: this.shown(path) }, () => this.files.list(path));
  }

  async openFile(path: Buffer, intent: Parameters<RemoteFiles['openFile']>[1]): Promise<RemoteFile> {
    const shown = this.shown(path);
    const asked = Object.entries(intent).flatMap(([name, isAsked]) => (isAsked ? [name] : []));
    const what = { path: shown, reason: asked.join(' ') };
    const file = await this.noting('open-file', what, () => this.files.openFile(path, intent));
    return this.audited(file, shown);
  }

  makeFolder(path: Buffer): Promise<void> {
    return this.noting('make-folder', { path: this.shown(path) }, () => this.files.makeFolder(path));
  }

  removeFolder(path: Buffer): Promise<void> {
    return this.noting('remove-folder', { path: this.shown(path) }, () => this.files.removeFolder(path));
  }

  remove(path: Buffer): Promise<void> {
    return this.noting('remove', { path: this.shown(path) }, () => this.files.remove(path));
  }

  rename(from: Buffer, to: Buffer, replace: boolean): Promise<void> {
    const what = { path: this.shown(from), toPath: this.shown(to) };
    return this.noting('rename', what, () => this.files.rename(from, to, replace));
  }

  setModifiedAt(path: Buffer, modifiedAt: Date): Promise<void> {
    return this.files.setModifiedAt(path, modifiedAt);
  }

  room(): ReturnType<RemoteFiles['room']> {
    return this.files.room();
  }

  end(): Promise<void> {
    return this.files.end();
  }

  private audited(file: RemoteFile, path: string): RemoteFile {
    let [received, sent] = [0, 0];
    return {
      entry: () => file.entry(),
      read: async (offset, length) => {
        const bytes = await file.read(offset, length);
        sent += bytes.length;
        return bytes;
      },
      write: async (offset, buffers, bytes) => {
        await file.write(offset, buffers, bytes);
        received += bytes;
      },
      truncate: (bytes) => file.truncate(bytes),
      setModifiedAt: (modifiedAt) => file.setModifiedAt(modifiedAt),
      sync: () => file.sync(),
      close: () => {
        const reason = sent > 0 && received === 0 ? 'bytes were sent' : null;
        return this.noting('close-file', { path, bytes: received || sent, reason }, () => file.close());
      },
    };
  }

  private async noting<Result>(action: AuditAction, what: What, work: () => Promise<Result>): Promise<Result> {
    const entry = { ...this.who, ...what, action, actor: 'customer' } as const;
    try {
      const result = await work();
      this.log.note({ ...entry, outcome: 'done' });
      return result;
    } catch (error) {
      const isRefusal = error instanceof Error && error.name === 'FileRefusal';
      const reason = isRefusal ? error.message : 'a fault; the log of the service holds it';
      this.log.note({ ...entry, reason, outcome: isRefusal ? 'refused' : 'failed' });
      throw error;
    }
  }
}
