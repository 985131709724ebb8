import type { Verdict } from './hand-written-mails.js';

/**
 * A Markdown page that shows each hand-written mail of the thread beside the letter that made it needless. Links that
 * open something are shortened, and what differs from run to run is not shown, so that two runs give the same page.
 */
export function lettersBesideThread(verdicts: readonly Verdict[], replaced: number): string {
  return [
    '# The letters, beside what people wrote',
    '',
    'Made by `npm run demo -- --write-document`, which lives the real case CAS-02227 on the running product. On the left what',
    'people of the support centre wrote by hand, on the right the letter that CaseRelay sent between the same two acts of the',
    `customer, as the mail catcher took it. ${replaced} of ${verdicts.length} hand-written mails were made needless.`,
    '',
    ...verdicts.flatMap(sectionOf),
  ].join('\n');
}

function sectionOf({ mail, by, letter }: Verdict): string[] {
  return [
    `## Mail ${mail.n}: ${mail.label}`,
    '',
    '<table><tr><th>written by hand</th><th>CaseRelay</th></tr>',
    `<tr><td valign="top"><pre>${shown(mail.text)}</pre></td>`,
    `<td valign="top">${letter ? `<pre>${shown(letter.text)}</pre>` : (by ?? 'a person writes it')}</td></tr></table>`,
    '',
  ];
}

function shown(text: string): string {
  return text
    .replaceAll(/(https?:\/\/)127\.0\.0\.1:\d+(\/\S{0,12})\S*/g, '$1support.example$2…')
    .replaceAll('127.0.0.1', 'sftp.support.example')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/\n{2,}/g, '\n&#8203;\n')
    .trim();
}
