import { inBytes, inTime, moment, words } from './words.js';

/** Makes an element; text is never read as HTML. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const tones = {
  ...{ received: 'good', complete: 'good', done: 'good' },
  ...{
    interrupted: 'warn',
    paused: 'warn',
    lost: 'warn',
    asking: 'warn',
    failed: 'bad',
    'cut-short': 'bad',
    quarantined: 'bad',
  },
};

/** One line of the list. It is changed in place, so that the keyboard stays on its buttons. */
class Line {
  constructor(list) {
    this.name = make('span', { class: 'name' });
    this.state = make('span', { class: 'state' });
    this.detail = make('span', { class: 'detail' });
    this.actions = make('span', { class: 'actions' });
    this.bar = make('progress', { max: '1' });
    this.element = make('li', {}, this.name, this.state, this.detail, this.actions, this.bar);
    this.shownActions = '';
    list.append(this.element);
  }

  show({ name, state, detail, share, actions }) {
    set(this.name, name);
    set(this.state, state === 'done' ? words.received : (words[state] ?? ''));
    this.state.className = `state ${tones[state] ?? ''}`;
    set(this.detail, detail);
    this.bar.hidden = share === null;
    if (share !== null) this.bar.value = share;
    this.bar.setAttribute('aria-label', name);
    const labels = actions.map(({ label }) => label).join('|');
    this.acts = actions;
    if (labels === this.shownActions) return;
    this.shownActions = labels;
    this.actions.replaceChildren(
      ...actions.map(({ label }, index) => {
        const button = make('button', { type: 'button', class: 'quiet', 'aria-label': `${label}: ${name}` }, label);
        button.addEventListener('click', () => this.acts[index]?.run());
        return button;
      }),
    );
  }
}

function set(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** The list of what has arrived and what is on its way, as one. */
export class ArrivalList {
  lines = new Map();

  constructor(list, nothing) {
    this.list = list;
    this.nothing = nothing;
  }

  /** Shows uploads of this page first, then what the server knows besides; of what has arrived the server's word counts. */
  show(uploads, arrivals, chooseAgain) {
    const here = new Set(arrivals.filter(({ continues }) => continues === null).map(({ id }) => id));
    const underWay = uploads.filter(({ state, id }) => state !== 'done' || !here.has(id));
    const ours = new Set(underWay.map(({ id }) => id).filter((id) => id !== null));
    const others = arrivals.filter(({ id }) => !ours.has(id));
    const views = [
      ...underWay.map((upload) => ({ key: upload, ...viewOfUpload(upload) })),
      ...others.map((arrival) => ({ key: arrival.id ?? arrival.name, ...viewOfArrival(arrival, chooseAgain) })),
    ];
    const keys = new Set(views.map(({ key }) => key));
    for (const [key, line] of this.lines)
      if (!keys.has(key)) {
        line.element.remove();
        this.lines.delete(key);
      }
    views.forEach((view, index) => {
      let line = this.lines.get(view.key);
      if (!line) {
        line = new Line(this.list);
        this.lines.set(view.key, line);
      }
      if (this.list.children[index] !== line.element) this.list.insertBefore(line.element, this.list.children[index]);
      line.show(view);
    });
    this.nothing.hidden = views.length > 0;
  }
}

function viewOfUpload(upload) {
  const { file, state, sent } = upload;
  const isUnderWay = ['sending', 'paused', 'lost', 'failed'].includes(state) && file.size > 0;
  return {
    name: file.name,
    state,
    detail: detailOfUpload(upload),
    share: isUnderWay ? sent / file.size : null,
    actions: actionsOfUpload(upload),
  };
}

function detailOfUpload({ file, state, sent, speed, problem }) {
  if (problem !== null) return problem;
  if (state === 'asking') return words.alreadyHere;
  if (state === 'waiting' || state === 'done') return inBytes(file.size);
  const parts = [words.of(inBytes(sent), inBytes(file.size))];
  if (speed !== null && speed > 0)
    parts.push(words.perSecond(inBytes(speed)), words.left(inTime((file.size - sent) / speed)));
  return parts.join(' · ');
}

function actionsOfUpload(upload) {
  const pause = { label: words.pause, run: () => upload.pause() };
  const resume = { label: words.resume, run: () => upload.resume() };
  const remove = { label: words.remove, run: () => void upload.remove() };
  switch (upload.state) {
    case 'asking':
      return [{ label: words.uploadAnyway, run: () => upload.resume() }, remove];
    case 'waiting':
    case 'sending':
    case 'lost':
      return [pause, remove];
    case 'paused':
    case 'failed':
      return [resume, remove];
    default:
      return [];
  }
}

function viewOfArrival(arrival, chooseAgain) {
  const { name, state, bytes, ofBytes, changedAt, continues } = arrival;
  const isHere = ['received', 'complete', 'cut-short', 'quarantined'].includes(state);
  const again = { label: words.chooseAgain, run: () => chooseAgain(arrival) };
  return {
    name,
    state,
    detail: `${detailOfArrival(arrival)} · ${moment(changedAt)}`,
    share: isHere || !ofBytes ? null : bytes / ofBytes,
    actions: state === 'interrupted' && continues ? [again] : [],
  };
}

function detailOfArrival(arrival) {
  const scan = words.scan[arrival.scan];
  return scan ? `${sizeOfArrival(arrival)} · ${scan}` : sizeOfArrival(arrival);
}

function sizeOfArrival({ state, bytes, ofBytes }) {
  if (state === 'interrupted')
    return words.resumeAt(ofBytes ? words.of(inBytes(bytes), inBytes(ofBytes)) : inBytes(bytes));
  return ofBytes && bytes < ofBytes ? words.of(inBytes(bytes), inBytes(ofBytes)) : inBytes(bytes);
}
