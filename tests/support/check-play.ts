import type { PlayResult } from './play-thread.js';

/** What must be true after a play, whatever happened in it; answers every fault as a sentence. */
export function faultsOf(result: PlayResult): string[] {
  const faults: string[] = [];
  const expect = (holds: boolean, fault: string): void => {
    if (!holds) faults.push(fault);
  };
  const of = (type: string) => result.timeline.filter((entry) => entry.type === type);

  expect(result.phase === 'archived', `the case is ${result.phase}, not archived`);
  expect(result.doubled.length === 0, `mails were sent twice: ${result.doubled.join(', ')}`);
  expect(
    result.deadLetters.length === 0,
    `${result.deadLetters.length} dead letters: ${JSON.stringify(result.deadLetters).slice(0, 2_000)}`,
  );
  expect(!result.mailedText.includes(result.credentials.password), 'a mail holds the password');
  expect(!JSON.stringify(result.timeline).includes(result.credentials.password), 'an event holds the password');
  expect(result.credentials.user === 'sxmtdzjt', `the account is called ${result.credentials.user}, expected sxmtdzjt`);

  const sent = new Set(of('letter.sent').map((entry) => entry.data['messageId']));
  const untold = result.letters.filter((letter) => !sent.has(letter.messageId));
  expect(untold.length === 0, `mails nobody told of: ${untold.map((letter) => letter.messageId).join(', ')}`);
  const caught = new Set(result.letters.map((letter) => letter.messageId));
  const lost = [...sent].filter((id) => !caught.has(String(id)));
  expect(lost.length === 0, `letters told as sent but never mailed: ${lost.join(', ')}`);

  for (const upload of result.uploads) {
    const received = of('upload.received').filter(
      (entry) => entry.data['name'] === upload.name && entry.data['sha256'] === upload.sha256,
    );
    expect(received.length === 1, `${upload.name} was told as received ${received.length} times, expected once`);
  }
  const uploadIds = of('upload.received').map((entry) => entry.data['uploadId']);
  for (const uploadId of uploadIds) {
    const answers = [...of('dump.analysed'), ...of('dump.unreadable'), ...of('evidence.recognised')].filter(
      (entry) => entry.data['uploadId'] === uploadId,
    );
    expect(answers.length === 1, `upload ${String(uploadId)} got ${answers.length} analyses, expected one`);
  }
  expect(of('case.opened').length === 1, `the case was opened ${of('case.opened').length} times`);
  expect(
    of('dump.analysed').some((entry) => entry.data['holdsFullDump'] === true),
    'the whole full dump was not recognised',
  );
  const sequences = result.timeline.flatMap((entry) => (entry.type.startsWith('case.') ? [entry] : [])).length;
  expect(sequences > 10, `only ${sequences} case events were told`);
  return faults;
}

/** How many of the hand-written mails became needless. */
export function replacedCount(result: PlayResult): number {
  return result.verdicts.filter((verdict) => verdict.by !== null).length;
}
