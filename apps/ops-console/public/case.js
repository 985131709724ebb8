import {
  ask,
  day,
  dressPage,
  icon,
  listen,
  make,
  momentElement,
  oncePerFrame,
  serviceOf,
  size,
  span,
  time,
  walkByKeys,
  zone,
} from './page.js';
import { language, say } from './words.js';

const at = (id) => document.querySelector(`#${id}`);
const caseId = location.pathname.split('/').at(-1);
const entries = new Map();
const items = new Map();
let cut = false;
let unread = 0;

dressPage('caseKeys');

const phases = ['reported', 'awaiting-evidence', 'analysing', 'escalated', 'action-planned', 'observing', 'archived'];

/** A case that was merged ends where others are archived. */
const phasesOf = (phase) => (phase === 'merged' ? [...phases.slice(0, -1), 'merged'] : phases);

function showSummary(summary) {
  const name = summary.caseNumber ?? summary.trackingToken ?? summary.caseId;
  document.title = `${name} · CaseRelay`;
  const facts = [
    ['endCustomer', summary.endCustomer],
    ['partner', summary.partner],
    ['owner', summary.owner],
    ['problem', summary.problem ?? summary.topic],
    ['lastFinding', summary.lastFinding],
    ['opened', summary.openedAt ? momentElement(summary.openedAt) : null],
    ['lastEvent', momentElement(summary.lastEventAt)],
  ].filter(([, value]) => value);
  at('summary').replaceChildren(
    make('p', {}, make('a', { href: '/' }, `← ${say('back')}`)),
    make('h1', {}, name, make('span', { class: 'quiet' }, ` ${summary.trackingToken ?? ''}`)),
    make(
      'dl',
      { class: 'facts' },
      ...facts.map(([word, value]) => make('div', {}, make('dt', {}, say(word)), make('dd', {}, value))),
    ),
    make(
      'p',
      { class: 'quiet' },
      ...['uploads', 'letters', 'reminders', 'failedLetters'].map((word) =>
        make(
          'span',
          { class: word === 'failedLetters' && summary[word] > 0 ? 'count bad' : 'count' },
          `${say(word)} ${summary[word]}`,
        ),
      ),
      make('span', { class: 'count' }, `${say('zone')}: ${zone}`),
    ),
  );
  at('phases').replaceChildren(
    ...phasesOf(summary.phase).map((phase) =>
      make(
        'li',
        {
          class: `phase ${phase} ${phase === summary.phase ? 'here' : ''}`,
          'aria-current': phase === summary.phase ? 'step' : null,
        },
        say(`phase.${phase}`),
      ),
    ),
  );
}

/** Where this case goes on, and which go on in it. */
function showMerges() {
  const told = [...entries.values()];
  const into = told.filter(({ type }) => type === 'case.merged').map(({ data }) => data.into);
  const merged = told.filter(({ type }) => type === 'case.merge-taken').map(({ data }) => data.merged);
  const line = (word, cases) =>
    cases.length === 0
      ? null
      : make(
          'p',
          { class: 'merges' },
          `${say(word)}: `,
          ...cases.flatMap(({ caseId: id, file }, index) => [
            index === 0 ? '' : ', ',
            make('a', { href: `/cases/${encodeURIComponent(id)}` }, file.caseNumber),
          ]),
        );
  const lines = [line('mergedInto', into.slice(-1)), line('mergedFrom', merged)].filter(Boolean);
  at('merges').hidden = lines.length === 0;
  at('merges').replaceChildren(...lines);
}

function entryItem(entry) {
  const service = serviceOf(entry.source);
  const raw = make('details', {}, make('summary', {}, `${say('raw')} · ${entry.type}`));
  raw.addEventListener('toggle', () => {
    if (raw.open && !raw.querySelector('pre'))
      raw.append(
        make('p', { class: 'quiet' }, `${entry.eventId} · ${say('heard')} ${entry.heardAt}`),
        make('pre', {}, JSON.stringify(entry.data, null, 2)),
      );
  });
  const item = make(
    'li',
    {
      class: `entry stop from-${service} ${isBad(entry) ? 'bad' : ''}`,
      id: `e-${entry.eventId}`,
      tabindex: -1,
    },
    make('span', { class: 'badge', title: say(`service.${entry.source}`) }, icon(service)),
    make(
      'div',
      { class: 'what' },
      make('p', { class: 'headline' }, entry.headline[language]),
      entry.type === 'dump.analysed' && entry.data.report
        ? make(
            'p',
            { class: 'quiet' },
            entry.data.report.page
              ? make(
                  'a',
                  { href: `${placeOfReport(entry)}/page?language=${language === 'zh' ? 'zh-CN' : 'en'}` },
                  say('reportPage'),
                )
              : '',
            entry.data.report.page ? ' · ' : '',
            make('a', { href: placeOfReport(entry) }, say('wholeReport')),
          )
        : '',
      make(
        'p',
        { class: 'quiet' },
        make('time', { datetime: entry.at, title: `${entry.at} (${zone})` }, time(entry.at)),
        ' · ',
        say(`service.${entry.source}`),
        make('span', { class: 'gap' }),
        make('span', { class: 'cause' }),
      ),
      raw,
    ),
  );
  item.addEventListener('mouseenter', () => light(entry, true));
  item.addEventListener('mouseleave', () => light(entry, false));
  item.addEventListener('focusin', () => light(entry, true));
  item.addEventListener('focusout', () => light(entry, false));
  return item;
}

/** What somebody should look at. */
function isBad({ type, data }) {
  if (type === 'upload.scanned') return data.outcome === 'infected';
  return ['letter.failed', 'dump.unreadable', 'case.upload-quarantined', 'case.purge-overdue'].includes(type);
}

/** Shows what led to an entry and what it led to. */
function light(entry, on) {
  if (entry.causationId) items.get(entry.causationId)?.classList.toggle('is-cause', on);
  for (const other of entries.values())
    if (other.causationId === entry.eventId) items.get(other.eventId)?.classList.toggle('is-effect', on);
}

function causeLink(entry) {
  const cause = entry.causationId ? entries.get(entry.causationId) : null;
  if (!cause) return '';
  const follow = (event) => {
    event.preventDefault();
    const item = items.get(cause.eventId);
    item?.scrollIntoView({ block: 'center', behavior: 'smooth' });
    item?.focus({ preventScroll: true });
  };
  return make(
    'a',
    { href: `#e-${cause.eventId}`, title: cause.headline[language], onclick: follow },
    `↑ ${say('because')}: ${cause.headline[language]}`,
  );
}

/** What people must know of the evidence of a case: a legal hold, and whoever has not answered that it is removed. */
function showEvidence() {
  const sorted = [...entries.values()].sort((a, b) => (a.at < b.at ? -1 : 1));
  const placed = sorted.findLast(({ type }) => type === 'case.legal-hold-placed' || type === 'case.legal-hold-lifted');
  const overdue = sorted.findLast(({ type }) => type === 'case.purge-overdue');
  const answered = new Set(
    sorted
      .filter(({ type, data }) => partOf[type] && data.requestedAt === overdue?.data.requestedAt)
      .map(({ type }) => partOf[type]),
  );
  const awaited = (overdue?.data.awaited ?? []).filter((part) => !answered.has(part));
  const lines = [placed?.type === 'case.legal-hold-placed' ? placed : null, awaited.length > 0 ? overdue : null].filter(
    Boolean,
  );
  at('evidence').hidden = lines.length === 0;
  at('evidence').replaceChildren(
    ...lines.map((entry) => make('p', { class: 'trouble' }, entry.headline[language], ' · ', momentElement(entry.at))),
  );
}

const partOf = { 'evidence.purged': 'uploads', 'mails.purged': 'mails', 'reports.purged': 'reports' };

const showTimeline = oncePerFrame(() => {
  showEvidence();
  showMerges();
  const atEnd = window.innerHeight + window.scrollY >= document.body.scrollHeight - 80;
  const sorted = [...entries.values()].sort((a, b) =>
    a.at === b.at ? (a.eventId < b.eventId ? -1 : 1) : a.at < b.at ? -1 : 1,
  );
  const wanted = cut ? [make('li', { class: 'day' }, say('cut'))] : [];
  let before = null;
  for (const entry of sorted) {
    if (!before || day(before.at) !== day(entry.at)) wanted.push(dayItem(entry.at));
    const item = items.get(entry.eventId) ?? entryItem(entry);
    if (unread > 0 && !items.has(entry.eventId)) item.classList.add('new');
    items.set(entry.eventId, item);
    const gap = before ? Date.parse(entry.at) - Date.parse(before.at) : 0;
    item.querySelector('.gap').textContent = gap >= 60_000 ? ` · ${span(gap)} ${say('after')}` : '';
    item.querySelector('.cause').replaceChildren(causeLink(entry));
    wanted.push(item);
    before = entry;
  }
  place(at('timeline'), wanted);
  if (atEnd && unread > 0) window.scrollTo({ top: document.body.scrollHeight });
  unread = 0;
});

const days = new Map();
function dayItem(instant) {
  const name = day(instant);
  if (!days.has(name)) days.set(name, make('li', { class: 'day' }, name));
  return days.get(name);
}

/** Puts children in order and moves only those that are not there yet, so that focus and unfolded parts stay. */
function place(parent, wanted) {
  const keep = new Set(wanted);
  for (const child of [...parent.children]) if (!keep.has(child)) child.remove();
  let present = parent.firstElementChild;
  for (const child of wanted) {
    if (child === present) present = present.nextElementSibling;
    else parent.insertBefore(child, present);
  }
}

let readingsAsked = false;

/** Shows how far the analyses of this case have come, for as long as one runs. */
async function showReadings() {
  if (readingsAsked) return;
  const all = [...entries.values()];
  const told = new Set(
    all
      .filter(({ type }) => ['dump.analysed', 'dump.unreadable', 'evidence.recognised'].includes(type))
      .map(({ data }) => data.uploadId),
  );
  const open = new Map(
    all
      .filter(({ type, data }) => type === 'case.analysis-requested' && !told.has(data.uploadId))
      .map(({ data }) => [data.uploadId, data.name]),
  );
  if (open.size === 0) return at('readings').replaceChildren();
  readingsAsked = true;
  try {
    const { readings } = await ask('/v1/readings');
    at('readings').replaceChildren(
      ...readings
        .filter(({ uploadId }) => open.has(uploadId))
        .map(({ uploadId, percent }) =>
          make('p', {}, `${open.get(uploadId)} · ${say('analysisRuns')}${percent === null ? '' : ` · ${percent} %`}`),
        ),
    );
  } catch {
    at('readings').replaceChildren();
  }
  setTimeout(() => {
    readingsAsked = false;
    void showReadings();
  }, 2000);
}

let arrivingAsked = false;

/** Shows what arrives for this case, for as long as something does. */
async function showArriving() {
  if (arrivingAsked) return;
  const ended = new Set([...entries.values()].filter(({ type }) => type === 'upload.received').map(uploadOf));
  const mayArrive = [...entries.values()].some(
    ({ type, data }) => type === 'upload.started' && !ended.has(data.uploadId),
  );
  if (!mayArrive) return placeArriving([]);
  arrivingAsked = true;
  try {
    placeArriving((await ask(`/v1/cases/${encodeURIComponent(caseId)}/arriving`)).arriving);
  } catch {
    // The last look stays; the next one comes soon.
  }
  setTimeout(() => {
    arrivingAsked = false;
    if (!document.hidden) void showArriving();
  }, 2000);
}
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) void showArriving();
});

const uploadOf = ({ data }) => data.uploadId;

function placeArriving(uploads) {
  at('arriving').hidden = uploads.length === 0;
  at('arriving').replaceChildren(...uploads.map(arrivingItem));
}

/** How far a file has come, as a bar where its size is known, with its speed and the time that is left. */
function progressOf({ bytes, expectedBytes, bytesPerSecond, secondsLeft, interruptedAt }) {
  if (bytes === null || (expectedBytes === null && bytesPerSecond === null)) return null;
  const share = expectedBytes === null ? null : Math.min(1, bytes / expectedBytes);
  const words = [
    share === null ? size(bytes) : `${Math.floor(share * 100)} % · ${size(bytes)} / ${size(expectedBytes)}`,
    interruptedAt || bytesPerSecond === null ? null : `${size(bytesPerSecond)}/s`,
    interruptedAt || secondsLeft === null ? null : `${say('timeLeft')} ${span(secondsLeft * 1000)}`,
  ].filter(Boolean);
  return make(
    'div',
    { class: interruptedAt ? 'progress stopped' : 'progress' },
    share === null ? null : make('progress', { max: 1, value: share, 'aria-label': say('arrivedBytes') }),
    make('span', {}, words.join(' · ')),
  );
}

function arrivingItem(upload) {
  const { name, startedAt, interruptedAt, bytes, dump, noticedAt } = upload;
  const facts = [
    ['stopCode', dump?.bugcheck && `${dump.bugcheck.code} ${dump.bugcheck.name}`.trim()],
    ['exception', dump?.exception && `${dump.exception.code} ${dump.exception.name ?? ''}`.trim()],
    ['dumpKind', dump ? say(`kind.${dump.kind}`) : say('notRecognised')],
    ['system', dump && systemOf(dump)],
    ['arrivedBytes', bytes === null ? null : size(bytes)],
    [
      dump?.member ? 'wholeDumpUnpacked' : 'wholeDump',
      dump && dump.expectedBytes !== null ? `${say('atLeast')} ${size(dump.expectedBytes)}` : null,
    ],
    ['since', make('span', {}, momentElement(startedAt), ` (${zone})`)],
    ['interrupted', interruptedAt && momentElement(interruptedAt)],
    ['customerTold', noticedAt && momentElement(noticedAt)],
  ].filter(([, value]) => value);
  return make(
    'article',
    {},
    make('h2', {}, `${say(interruptedAt ? 'interrupted' : 'arriving')}: ${name}`, memberOf(dump)),
    progressOf(upload),
    make(
      'dl',
      { class: 'facts' },
      ...facts.map(([word, value]) => make('div', {}, make('dt', {}, say(word)), make('dd', {}, value))),
    ),
  );
}

const memberOf = (dump) => (dump?.member ? make('span', { class: 'quiet' }, ` › ${dump.member}`) : null);

function systemOf({ osName, osBuild, machine }) {
  return [osName, osBuild === null ? null : `${say('build')} ${osBuild}`, machine].filter(Boolean).join(' · ');
}

walkByKeys(
  () => [...document.querySelectorAll('.timeline .stop')],
  (item) => {
    const raw = item.querySelector('details');
    raw.open = !raw.open;
  },
  { u: () => location.assign('/') },
);

async function begin() {
  try {
    const story = await ask(`/v1/cases/${encodeURIComponent(caseId)}`);
    cut = story.cut;
    showSummary(story.summary);
    for (const entry of story.timeline) entries.set(entry.eventId, entry);
    showTimeline();
    void showReadings();
    void showArriving();
    listen(story.streamFrom, {
      caseId,
      entry: (entry) => {
        if (entries.has(entry.eventId)) return;
        entries.set(entry.eventId, entry);
        unread += 1;
        showTimeline();
        void showReadings();
        void showArriving();
      },
      summary: showSummary,
      reload: () => location.reload(),
    });
  } catch (error) {
    at('summary').replaceChildren(
      make('p', {}, make('a', { href: '/' }, `← ${say('back')}`)),
      make('p', { class: 'trouble' }, `${say('failed')}: ${error.message}`),
    );
    setTimeout(begin, 3000);
  }
}
void begin();

function placeOfReport({ data }) {
  return `/v1/cases/${encodeURIComponent(caseId)}/analyses/${encodeURIComponent(data.uploadId)}`;
}
