import type { HandedOverThread } from '@caserelay/contracts';

type Mail = HandedOverThread['mails'][number] & { messageId: string };

/** A mail as it was handed over, in the form of RFC 5322, so that the evidence store holds all mails alike. */
export function handedOverMail(mail: Mail): AsyncIterable<Uint8Array> & { sizeExceeded: boolean } {
  const lines = [
    `Date: ${new Date(mail.sentAt).toUTCString().replace('GMT', '+0000')}`,
    `From: ${mailbox(mail.from)}`,
    ...(mail.to.length > 0 ? [`To: ${mail.to.map(mailbox).join(',\r\n ')}`] : []),
    `Message-ID: ${mail.messageId}`,
    `Subject: ${encoded(mail.subject)}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    inLines(Buffer.from(mail.text, 'utf8').toString('base64')),
    '',
  ];
  const bytes = Buffer.from(lines.join('\r\n'), 'utf8');
  return {
    sizeExceeded: false,
    async *[Symbol.asyncIterator]() {
      yield await Promise.resolve(bytes);
    },
  };
}

function mailbox({ name, address }: Mail['from']): string {
  return `${encoded(name)} <${address.replace(/[<>\s]/g, '')}>`;
}

/** Words of RFC 2047, each short enough for a line and none with half a character. */
function encoded(text: string): string {
  const words: string[] = [];
  let word = '';
  for (const character of text.replace(/\s+/g, ' ')) {
    if (Buffer.byteLength(word + character) > 42) {
      words.push(word);
      word = '';
    }
    word += character;
  }
  return [...words, word].map((each) => `=?utf-8?B?${Buffer.from(each).toString('base64')}?=`).join('\r\n ');
}

function inLines(base64: string): string {
  return base64.replace(/(.{76})(?=.)/g, '$1\r\n');
}
