/** What a mail tells about whether a person wrote it. */
export interface InspectedMail {
  from: { name: string; address: string } | null;
  subject: string;
  /** Header values by lower-case name, decoded. */
  headers: ReadonlyMap<string, string>;
  /** Only the new words of the mail. */
  newText: string;
  /** All of its text, quotations as well. */
  text: string;
  messageId: string | null;
  /** Message-IDs with their angle brackets. */
  inReplyTo: readonly string[];
  references: readonly string[];
  /** Reports of mail servers, and the headers of mails that lie inside: one map for each block of fields. */
  enclosed: readonly { type: string; fields: readonly ReadonlyMap<string, string>[] }[];
  /** The sender as the mail server named it, empty for nobody; null when it is not known. */
  envelopeSender: string | null;
}
