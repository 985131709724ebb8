import { parseArgs } from 'node:util';
import { LauncherError } from '../launcher-error.mjs';
import { readThreads, partsOf } from '../read-threads.mjs';
import { loadSecrets } from '../secrets.mjs';
import { dataFolder } from '../session.mjs';
import { State } from '../state.mjs';

const usage = `npm run import-thread -- FILE… --standing=open|archived [--dry-run] [--json]

  Takes in threads that were led elsewhere, from mbox files and from .json, as cases with their own numbers and tokens.
  Nobody is written to for the past. Done again it changes nothing.

  --standing=archived   the cases are over: they are opened again when their customer writes
  --standing=open       they are gone on with: their clocks start now
  --dry-run             says what would be done, and does nothing
  --owner="Name <address>", --contact="Name <address>"   else the first colleague, the first customer of the thread
  --url, --key          of intake; else of the CaseRelay that was started from this checkout, or INTAKE_URL and INTAKE_API_KEY`;

/** Reads the files, posts each thread to intake, and tells what became of each. */
export async function importThread({ rest }) {
  const { values, positionals } = read(rest);
  if (values.help) return console.log(usage);
  if (positionals.length === 0) throw new LauncherError(`no file was given\n\n${usage}`);
  if (!['open', 'archived'].includes(values.standing))
    throw new LauncherError(`found --standing=${values.standing ?? '(none)'}; expected open or archived\n\n${usage}`);
  const door = doorOf(values);
  const people = { owner: personOf(values.owner), contact: personOf(values.contact) };
  const patterns = {
    tokenPrefix: process.env.TRACKING_PREFIX ?? 'CMIT',
    caseNumber: process.env.CASE_NUMBER_PATTERN ?? 'CAS-\\d{5}-[A-Z0-9]{6}',
  };
  const { threads, leftOut } = await readThreads(positionals, patterns);
  const results = [];
  for (const thread of threads) {
    const result = await post(thread, { ...people, standing: values.standing }, door, values['dry-run']);
    results.push(result);
    if (!values.json) console.log(lineOf(result, values['dry-run']));
  }
  if (values.json) console.log(JSON.stringify({ dryRun: values['dry-run'], threads: results, leftOut }, null, 2));
  else for (const { file, mail, why } of leftOut) console.log(`left out  ${file}: "${mail}": ${why}`);
  if (results.some(({ error }) => error)) process.exitCode = 1;
}

function read(args) {
  try {
    const text = { type: 'string' };
    const flag = { type: 'boolean', default: false };
    return parseArgs({
      ...{ args, allowPositionals: true },
      options: {
        standing: text,
        owner: text,
        contact: text,
        url: text,
        key: text,
        'dry-run': flag,
        json: flag,
        help: flag,
      },
    });
  } catch (error) {
    throw new LauncherError(`${error.message}\n\n${usage}`);
  }
}

function doorOf({ url, key }) {
  const folder = dataFolder();
  const port = new State(folder).ports['intake-http'];
  const found = url ?? process.env.INTAKE_URL ?? (port && `http://127.0.0.1:${port}`);
  if (!found) throw new LauncherError('nobody knows where intake is; start CaseRelay with `npm start`, or say --url');
  return {
    url: found.replace(/\/+$/, ''),
    key: key ?? process.env.INTAKE_API_KEY ?? loadSecrets(folder).INTAKE_API_KEY,
  };
}

function personOf(text) {
  if (text === undefined) return undefined;
  const [, name, address] = /^([^<>]*)<([^<>\s]+@[^<>\s]+)>$/.exec(text) ?? [];
  if (!address) throw new LauncherError(`found "${text}"; expected "Name <address>"`);
  return { name: name.trim(), address };
}

/** Parts go one after the other: the first one opens the case. */
async function post(thread, options, { url, key }, dryRun) {
  const { caseNumber = null, trackingToken = null, mails, attachments = 0, file } = thread;
  const result = {
    file,
    caseNumber,
    trackingToken,
    attachments,
    isNew: null,
    standing: null,
    mails: { taken: 0, knownBefore: 0 },
  };
  const span = { first: mails[0].sentAt, last: mails.at(-1).sentAt };
  for (const part of partsOf(thread, options)) {
    const response = await fetch(`${url}/v1/threads${dryRun ? '?dryRun=true' : ''}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify(part),
    }).catch((error) => {
      throw new LauncherError(`intake does not answer at ${url}: ${error.cause?.message ?? error.message}`);
    });
    const answer = await response.json();
    if (!response.ok) return { ...result, span, error: `${response.status} ${answer.title}: ${answer.detail}` };
    result.caseId = answer.caseId;
    result.caseNumber = answer.caseNumber ?? caseNumber;
    result.trackingToken = answer.trackingToken ?? trackingToken;
    result.isNew ??= answer.isNew;
    result.standing ??= answer.standing;
    result.mails.taken += answer.mails.taken;
    result.mails.knownBefore += answer.mails.knownBefore;
  }
  return { ...result, span };
}

function lineOf({ caseNumber, trackingToken, isNew, standing, mails, span, attachments, error }, dryRun) {
  const name = [caseNumber, trackingToken].filter(Boolean).join(' ');
  if (error) return `refused   ${name}: ${error}`;
  const what = isNew
    ? `${dryRun ? 'would open' : 'opened'} as ${standing}${standing === 'open' ? ', its clocks start now' : ''}`
    : 'known before; its standing stays';
  const added = `${mails.taken} mail${mails.taken === 1 ? '' : 's'} ${dryRun ? 'would be added' : 'added'}`;
  const left = attachments > 0 ? `; ${attachments} attachments stay in the file` : '';
  return `${dryRun ? 'dry run' : 'imported'}  ${name}: ${what}; ${added}, ${mails.knownBefore} known before (${span.first} to ${span.last})${left}`;
}
