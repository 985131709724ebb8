/** A file of a mail in the evidence store. */
export interface KeptFile {
  readonly kind: 'mail' | 'attachment';
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly location: string;
}

/** A mail from before the files of mails were noted. */
export interface OldMail {
  readonly mailId: string;
  readonly subject: string;
  readonly location: string;
  readonly takenAt: Date;
}

/** What noting the files of old mails needs from around it. */
export interface Needs {
  /** Reads a mail again and says where its files lie; those that are gone are left out. */
  filesOf(mail: OldMail): Promise<KeptFile[]>;
  /** A batch of old mails in one transaction; false when there is none. */
  inTransaction(work: (records: Records) => Promise<boolean>): Promise<boolean>;
  isStopping(): boolean;
}

export interface Records {
  oldMails(limit: number): Promise<OldMail[]>;
  note(mailId: string, files: readonly KeptFile[], keptAt: Date): Promise<void>;
  markNoted(mailId: string): Promise<void>;
}

const mailsAtOnce = 20;

/** Notes which files belong to mails that were taken when nobody noted them, so that they can be removed with their case. */
export async function noteOldFiles(needs: Needs): Promise<void> {
  const noteSome = async (records: Records): Promise<boolean> => {
    const mails = await records.oldMails(mailsAtOnce);
    for (const mail of mails) {
      await records.note(mail.mailId, await needs.filesOf(mail), mail.takenAt);
      await records.markNoted(mail.mailId);
    }
    return mails.length > 0;
  };
  while (!needs.isStopping() && (await needs.inTransaction(noteSome)));
}
