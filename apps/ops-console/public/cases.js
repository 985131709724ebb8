import { ask, dressPage, keepAsking, listen, make, momentElement, oncePerFrame, span, walkByKeys } from './page.js';
import { say } from './words.js';

const at = (id) => document.querySelector(`#${id}`);
const cases = new Map();
let next = null;
let search = '';

dressPage('keys');

function caseItem(summary) {
  const counts = ['uploads', 'letters', 'reminders', 'failedLetters'].filter((name) => summary[name] > 0);
  return make(
    'li',
    {
      class: 'stop',
      tabindex: 0,
      'data-case': summary.caseId,
      onclick: (event) => {
        if (!event.target.closest('a') && !window.getSelection()?.toString()) openCase(summary.caseId);
      },
    },
    make(
      'div',
      { class: 'row' },
      make(
        'a',
        { href: `/cases/${summary.caseId}`, class: 'number' },
        summary.caseNumber ?? summary.trackingToken ?? summary.caseId,
      ),
      make('span', { class: `phase ${summary.phase ?? ''}` }, summary.phase ? say(`phase.${summary.phase}`) : '…'),
      momentElement(summary.lastEventAt),
    ),
    make(
      'p',
      {},
      [summary.endCustomer ?? summary.partner, summary.problem ?? summary.topic].filter(Boolean).join(' · '),
    ),
    make(
      'p',
      { class: 'quiet' },
      summary.lastFinding ? make('span', { class: 'finding' }, summary.lastFinding) : null,
      ...counts.map((name) =>
        make('span', { class: name === 'failedLetters' ? 'count bad' : 'count' }, `${say(name)} ${summary[name]}`),
      ),
      summary.owner ? make('span', { class: 'count' }, `${say('owner')} ${summary.owner}`) : null,
    ),
  );
}

const openCase = (caseId) => location.assign(`/cases/${caseId}`);

const showCases = oncePerFrame(() => {
  const focused = document.activeElement?.dataset.case;
  const sorted = [...cases.values()].sort((a, b) => (a.lastEventAt < b.lastEventAt ? 1 : -1));
  at('cases').replaceChildren(
    ...(sorted.length > 0
      ? sorted.map(caseItem)
      : [make('li', { class: 'empty' }, say(search ? 'noneFound' : 'noCases'))]),
  );
  at('more').hidden = next === null;
  if (focused) [...at('cases').children].find((item) => item.dataset.case === focused)?.focus({ preventScroll: true });
});

async function load(after = null) {
  const asked = search;
  const page = await ask(
    `/v1/cases?${new URLSearchParams({ limit: 50, ...(asked ? { search: asked } : {}), ...(after ? { after } : {}) })}`,
  );
  if (asked !== search) return page;
  if (!after) cases.clear();
  for (const summary of page.cases) cases.set(summary.caseId, summary);
  next = page.next;
  showCases();
  return page;
}

function tellTrouble(place, error) {
  at(place).replaceChildren(make('li', { class: 'trouble' }, `${say('failed')}: ${error.message}`));
}

let typing = null;
at('search').addEventListener('input', (event) => {
  clearTimeout(typing);
  typing = setTimeout(() => {
    search = event.target.value.trim();
    load().catch((error) => tellTrouble('cases', error));
  }, 200);
});
at('more').addEventListener('click', () => load(next).catch((error) => tellTrouble('cases', error)));

async function showQueues() {
  const { queues } = await ask('/v1/queues');
  const most = Math.max(10, ...queues.map(({ messages }) => messages ?? 0));
  const shown = queues.filter(
    ({ role, messages, worry }) => role === 'work' || role === 'inbox' || worry || messages > 0,
  );
  at('queues').replaceChildren(
    make(
      'thead',
      {},
      make('tr', {}, make('th', {}, say('queue')), make('th', {}, say('depth')), make('th', {}, say('listeners'))),
    ),
    make('tbody', {}, ...shown.map((queue) => queueRow(queue, most))),
  );
}

function queueRow(queue, most) {
  const bar = make('span', { class: 'bar' });
  bar.style.width = `${Math.round(((queue.messages ?? 0) / most) * 100)}%`;
  return make(
    'tr',
    { class: queue.worry ? 'worry' : '', title: queue.name },
    make('th', { scope: 'row' }, queueName(queue)),
    make(
      'td',
      {},
      make('span', { class: 'depth' }, String(queue.messages ?? '–')),
      make('span', { class: 'track' }, bar),
    ),
    make('td', {}, queue.worry ? say(`worry.${queue.worry}`) : String(queue.consumers ?? '–')),
  );
}

function queueName({ role, of }) {
  switch (role) {
    case 'work':
      return say(`service.${of}`);
    case 'dead-letter':
      return `${say(`service.${of}`)} · ${say('dead')}`;
    case 'inbox':
      return say('inbox');
    case 'retry':
      return `${say('retryRung')} ${Number(of) / 1000} s`;
    default:
      return say('unrouted');
  }
}

async function showTimers() {
  const { timers, cases: ofCases } = await ask('/v1/timers');
  showCaseTimers(ofCases);
  const columns = [
    ['delayed', 'delayed'],
    ['waiting', 'waiting'],
    ['active', 'active'],
    ['failed', 'failedJobs'],
  ];
  at('timers').replaceChildren(
    ...(timers.length === 0
      ? [make('caption', { class: 'quiet' }, say('noTimers'))]
      : [
          make('thead', {}, make('tr', {}, make('th', {}), ...columns.map(([, word]) => make('th', {}, say(word))))),
          make(
            'tbody',
            {},
            ...timers.map(({ queue, counts }) =>
              make(
                'tr',
                {},
                make('th', { scope: 'row' }, say(`service.${queue}`)),
                ...columns.map(([name]) => make('td', {}, String(counts[name] ?? 0))),
              ),
            ),
          ),
        ]),
  );
}

/** Mails whose case a person has to find: how many, from whom, since when, and which cases they may belong to. */
async function showWaiting() {
  const { mails: view } = await ask('/v1/mails/waiting');
  if (view === null || view.waiting === 0) {
    const words = say(view === null ? 'waitingNotShown' : 'noWaitingMails');
    at('waiting-mails').replaceChildren(make('li', { class: 'quiet' }, words));
    return;
  }
  at('waiting-mails').replaceChildren(
    make('li', { class: 'trouble' }, `${view.waiting} ${say('waitingInAll')}`),
    ...view.mails.map(waitingItem),
  );
}

function waitingItem({ mailId, from, subject, reason, waitingSince, proposals }) {
  const sender = from.name === from.address || from.name === '' ? from.address : `${from.name} <${from.address}>`;
  return make(
    'li',
    { title: mailId },
    make('div', {}, sender, ' · ', momentElement(waitingSince)),
    make('div', {}, subject || '–'),
    make('p', { class: 'quiet' }, reason),
    ...proposals.map(({ caseId, caseNumber, confidence, reason: why }) =>
      make(
        'div',
        { title: why },
        `${say('perhaps')} `,
        caseLink({ caseId, caseNumber: caseNumber ?? caseId }),
        ` (${Math.round(confidence * 100)} %)`,
      ),
    ),
  );
}

/** How the timers of cases stand: late ones and stuck ones first, then how late the last ones were and what comes next. */
function showCaseTimers(view) {
  if (view === null) {
    at('case-timers').replaceChildren(make('li', { class: 'quiet' }, say('timersNotShown')));
    return;
  }
  const { due, stuck, failing, next, lateness, reconciliation } = view;
  at('case-timers').replaceChildren(
    make(
      'li',
      { class: due.count > 0 && due.late[0]?.lateSeconds > 10 ? 'trouble' : '' },
      `${say('dueTimers')}: ${counted(due)}`,
      due.late[0] ? ` · ${say('longestWait')} ${seconds(due.late[0].lateSeconds)}` : '',
    ),
    make('li', { class: stuck.count > 0 ? 'trouble' : '' }, `${say('stuckTimers')}: ${counted(stuck)}`),
    ...failing.map(failingItem),
    make('li', {}, `${say('lastHour')}: ${latenessWords(lateness)}`),
    ...(reconciliation ? [reconciliationItem(reconciliation)] : []),
    ...next
      .slice(0, 3)
      .map((timer) => make('li', {}, `${say('nextTimer')}: `, caseLink(timer), ' ', momentElement(timer.dueAt))),
  );
}

function failingItem(timer) {
  const again = timer.isStuck ? say('notAgain') : [`${say('again')} `, momentElement(timer.retryAt)];
  return make(
    'li',
    { class: timer.isStuck ? 'trouble' : '' },
    make('div', {}, caseLink(timer), ` · ${timer.failures} ${say('attempts')} · `, ...[again].flat()),
    make('p', { class: 'quiet' }, timer.error),
  );
}

function reconciliationItem({ at: instant, milliseconds, bells, because }) {
  const found = `${Math.round(milliseconds)} ms · ${bells} ${say('bells')} · ${say(`reconciled.${because}`)}`;
  return make('li', {}, `${say('reconciled')}: `, momentElement(instant), ` · ${found}`);
}

const caseLink = ({ caseId, caseNumber }) => make('a', { href: `/cases/${caseId}` }, caseNumber);
const counted = ({ count, countedTo }) => (count >= countedTo ? `≥ ${countedTo}` : String(count));
const seconds = (number) => (number < 60 ? `${number.toFixed(number < 10 ? 2 : 0)} s` : span(number * 1000));

function latenessWords({ rung, p50, p99, longest }) {
  if (rung === 0) return say('noneRang');
  const bound = (value) => (value === null ? '–' : `≤ ${seconds(value)}`);
  return `${rung} ${say('rang')} · p50 ${bound(p50)} · p99 ${bound(p99)} · ${say('longestWait')} ${seconds(longest)}`;
}

let letters = [];
let shownLetters = '';
async function showLetters() {
  letters = (await ask('/v1/dead-letters?limit=50')).deadLetters;
  const print = JSON.stringify(letters.map(({ id, state }) => [id, state]));
  if (print === shownLetters) return;
  shownLetters = print;
  at('replay-all').hidden = letters.length === 0;
  at('dead-letters').replaceChildren(
    ...(letters.length === 0 ? [make('li', { class: 'quiet' }, say('noDeadLetters'))] : letters.map(letterItem)),
  );
}

function letterItem(letter) {
  const whole = make('pre', {}, '…');
  const unfold = async (event) => {
    if (!event.target.open || whole.textContent !== '…') return;
    const { payload, headers } = await ask(`/v1/dead-letters/${letter.id}`).catch((error) => ({
      payload: error.message,
    }));
    whole.textContent = `${pretty(payload)}\n\n${JSON.stringify(headers, null, 2) ?? ''}`;
  };
  return make(
    'li',
    {},
    make(
      'div',
      { class: 'row' },
      make('strong', {}, `${say(`service.${letter.service}`)} · ${say(`reason.${letter.reason}`)}`),
      momentElement(letter.deadAt),
    ),
    make(
      'p',
      {},
      letter.caseId
        ? make('a', { href: `/cases/${letter.caseId}` }, letter.type ?? letter.caseId)
        : (letter.type ?? ''),
      ` ${letter.error ?? ''}`,
    ),
    make(
      'details',
      { ontoggle: unfold },
      make('summary', {}, `${say('letter')} · ${letter.attempts} ${say('attempts')}`),
      whole,
    ),
    make(
      'div',
      { class: 'row' },
      make(
        'button',
        { type: 'button', onclick: () => settle(() => ask(`/v1/dead-letters/${letter.id}/replay`, {})) },
        say('replay'),
      ),
      make('button', { type: 'button', class: 'grave', onclick: () => askWhy(letter) }, say('discard')),
    ),
  );
}

function pretty(payload) {
  try {
    return JSON.stringify(JSON.parse(payload), null, 2);
  } catch {
    return payload;
  }
}

async function settle(deed) {
  try {
    await deed();
  } catch (error) {
    alert(error.message);
  }
  shownLetters = '';
  await showLetters().catch(() => undefined);
}

let discarded = null;
function askWhy(letter) {
  discarded = letter;
  at('discard-what').textContent = [say(`service.${letter.service}`), letter.type, say(`reason.${letter.reason}`)]
    .filter(Boolean)
    .join(' · ');
  at('discard-why').value = '';
  at('discard-why').setCustomValidity('');
  at('discard').showModal();
}
at('discard-no').addEventListener('click', () => at('discard').close());
at('discard-yes').addEventListener('click', () => {
  const reason = at('discard-why').value.trim();
  at('discard-why').setCustomValidity(reason.length < 3 ? say('discardNeedsWhy') : '');
  if (!at('discard-why').reportValidity()) return;
  at('discard').close();
  void settle(() => ask(`/v1/dead-letters/${discarded.id}/discard`, { reason }));
});
at('replay-all').addEventListener('click', () =>
  settle(() => ask('/v1/dead-letters/replay', { ids: letters.map(({ id }) => id) })),
);

walkByKeys(
  () => [...document.querySelectorAll('.cases .stop')],
  (item) => openCase(item.dataset.case),
  {
    '/': (event) => {
      event.preventDefault();
      at('search').focus();
    },
  },
);

const trying = (run, place) => () => run().catch((error) => tellTrouble(place, error));
keepAsking(trying(showQueues, 'queues'), 2000);
keepAsking(trying(showTimers, 'timers'), 5000);
keepAsking(trying(showWaiting, 'waiting-mails'), 5000);
keepAsking(
  trying(() => showLetters(), 'dead-letters'),
  2000,
);

async function begin() {
  try {
    const { streamFrom } = await load();
    listen(streamFrom, {
      summary: (summary) => {
        if (search && !cases.has(summary.caseId)) return;
        cases.set(summary.caseId, summary);
        showCases();
      },
      reload: () => location.reload(),
    });
  } catch (error) {
    tellTrouble('cases', error);
    setTimeout(begin, 3000);
  }
}
void begin();
