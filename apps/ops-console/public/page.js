import { chooseLanguage, language, recall, remember, say } from './words.js';

/** Makes an element; text and attributes are never read as HTML. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ''));
  return element;
}

export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `/assets/icons.svg#${name}`);
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  svg.append(use);
  return svg;
}

const knownServices = ['intake', 'case-workflow', 'sftp-provisioning', 'dump-analysis', 'notification'];
export const serviceOf = (source) => (knownServices.includes(source) ? source : 'other');

const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
/** The zone in which times are shown; its name stands in the bar. */
export const zone = recall('zone') === 'Asia/Shanghai' ? 'Asia/Shanghai' : browserZone;
const locale = language === 'zh' ? 'zh-CN' : 'en-GB';
const dayFormat = new Intl.DateTimeFormat(locale, { timeZone: zone, dateStyle: 'full' });
const timeFormat = new Intl.DateTimeFormat(locale, { timeZone: zone, timeStyle: 'medium' });
const momentFormat = new Intl.DateTimeFormat(locale, { timeZone: zone, dateStyle: 'medium', timeStyle: 'short' });
const named = (format) => (instant) => (instant ? format.format(new Date(instant)) : say('unknown'));
export const day = named(dayFormat);
export const time = named(timeFormat);
export const moment = named(momentFormat);

export function momentElement(instant) {
  return make('time', { datetime: instant ?? '', title: `${instant} (${zone})` }, moment(instant));
}

/** A number of bytes as people read it. */
export function size(bytes) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  return `${power === 0 ? bytes : (bytes / 1024 ** power).toFixed(power > 2 ? 2 : 1)} ${units[power]}`;
}

/** A span of time in its two largest units. */
export function span(milliseconds) {
  const units = language === 'zh' ? ['天', '小时', '分', '秒'] : ['d', 'h', 'min', 's'];
  const parts = [86_400_000, 3_600_000, 60_000, 1000].map((size, index) => {
    const before = [Infinity, 86_400_000, 3_600_000, 60_000][index];
    return [Math.floor((milliseconds % before) / size), units[index]];
  });
  parts[0][0] = Math.floor(milliseconds / 86_400_000);
  const first = parts.findIndex(([count]) => count > 0);
  if (first < 0) return '';
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

/** An address of this console. A page that was opened with the login in its address may not use relative ones. */
const here = (path) => new URL(path, location.origin);

/** Asks the API; an answer that is no success becomes an error with its detail. */
export async function ask(path, body) {
  const response = await fetch(
    here(path),
    body === undefined
      ? {}
      : { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } },
  );
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.detail ?? answer.title ?? `${response.status}`);
  return answer;
}

/** Builds the bar at the top and puts the words of the present language into the page. */
export function dressPage(keys) {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  document.title = `CaseRelay · ${say('title')}`;
  for (const element of document.querySelectorAll('[data-say]')) element.textContent = say(element.dataset.say);
  for (const element of document.querySelectorAll('[data-hint]')) {
    element.placeholder = say(element.dataset.hint);
    element.setAttribute('aria-label', say(element.dataset.hint));
  }
  const otherZone = zone === 'Asia/Shanghai' ? 'browser' : 'Asia/Shanghai';
  document.querySelector('#bar').append(
    make(
      'a',
      { href: '/', class: 'brand' },
      make('img', { src: '/assets/logo.svg', alt: '', width: 22, height: 22 }),
      'CaseRelay',
    ),
    make('span', { id: 'pulse', class: 'pulse', role: 'status' }),
    make('span', { class: 'keys' }, say(keys)),
    make(
      'button',
      {
        type: 'button',
        title: say('switchZone'),
        onclick: () => {
          remember('zone', otherZone);
          location.reload();
        },
      },
      zone,
    ),
    make(
      'button',
      {
        type: 'button',
        lang: language === 'zh' ? 'en' : 'zh-CN',
        onclick: () => chooseLanguage(language === 'zh' ? 'en' : 'zh'),
      },
      language === 'zh' ? 'English' : '中文',
    ),
  );
}

/**
 * Listens to the stream from a position on; goes on where it stopped when the connection was lost. A page that nobody
 * looks at does not listen: a browser has six connections for all its tabs, and the seventh would wait for ever.
 */
export function listen(from, { caseId, entry, summary, reload }) {
  const pulse = document.querySelector('#pulse');
  let position = from;
  let source = null;
  const open = () => {
    if (document.hidden || source) return;
    source = new EventSource(
      here(`/v1/stream?${new URLSearchParams({ after: position, ...(caseId ? { case: caseId } : {}) })}`),
    );
    source.onopen = () => {
      pulse.className = 'pulse';
      pulse.textContent = say('live');
    };
    source.onerror = () => {
      pulse.className = 'pulse lost';
      pulse.textContent = say('lost');
      if (source?.readyState === EventSource.CLOSED) {
        source = null;
        setTimeout(open, 3000);
      }
    };
    source.addEventListener('entry', (event) => {
      position = event.lastEventId;
      entry?.(JSON.parse(event.data));
    });
    source.addEventListener('case', (event) => summary(JSON.parse(event.data)));
    source.addEventListener('reload', reload);
  };
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) {
      source?.close();
      source = null;
    } else open();
  });
  open();
}

/** Runs at once and again and again while the page is looked at. */
export function keepAsking(run, milliseconds) {
  const round = async () => {
    if (!document.hidden) await run();
    setTimeout(round, milliseconds);
  };
  void round();
}

/** Runs once per frame, however often it is called. */
export function oncePerFrame(run) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      run();
    });
  };
}

/** j and k move through the items, enter acts on the present one. */
export function walkByKeys(items, act, more = {}) {
  let place = -1;
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    if (event.target.matches('input, textarea')) {
      if (event.key === 'Escape') event.target.blur();
      return;
    }
    const all = items();
    const focused = all.indexOf(document.activeElement?.closest('.stop'));
    if (focused >= 0) place = focused;
    if (event.key === 'j' || event.key === 'k') {
      place = Math.max(0, Math.min(all.length - 1, place + (event.key === 'j' ? 1 : -1)));
      all[place]?.focus();
      all[place]?.scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'Enter' && focused >= 0 && document.activeElement === all[focused]) act(all[focused]);
    else if (more[event.key]) more[event.key](event);
  });
}
