import { ArrivalList } from './arrivals.js';
import { UploadQueue } from './uploads.js';
import { words } from './words.js';

const byId = (id) => document.getElementById(id);
/** Whole, because the tus client takes addresses of uploads relative to it. */
const base = `${location.origin}${location.pathname.replace(/\/+$/, '')}`;
const askEveryMilliseconds = 2000;

let arrivals = [];
let isReachable = true;
let wanted = null;
const spoken = new Set();
const title = document.title;

const list = new ArrivalList(byId('arrivals'), byId('nothing'));
let isDrawing = false;
const queue = new UploadQueue(base, () => {
  if (isDrawing) return;
  isDrawing = true;
  setTimeout(draw, 100);
});

function draw() {
  isDrawing = false;
  list.show(queue.uploads, arrivals, chooseAgain);
  byId('all').hidden = !arrivals.some(({ state }) => state === 'received');
  const active = queue.uploads.filter(({ isActive }) => isActive);
  const all = active.reduce((sum, { file }) => sum + file.size, 0);
  const sent = active.reduce((sum, upload) => sum + upload.sent, 0);
  document.title = all > 0 ? `${Math.floor((sent / all) * 100)} % · ${title}` : title;
  for (const { state, file, id } of queue.uploads)
    if (state === 'done' && !spoken.has(id)) {
      spoken.add(id);
      byId('spoken').textContent = words.doneSpoken(file.name);
      void refresh();
    }
}

function say(message) {
  byId('message').textContent = message;
}

/** Takes files that were dropped or chosen. One that came half before goes on; one that is here already is asked about. */
function take(files) {
  say('');
  for (const file of files) {
    if (queue.uploads.some((upload) => isSame(upload.file, file) && upload.state !== 'done')) continue;
    const half = arrivals.find((arrival) => continuesWith(arrival, file));
    if (half) queue.add(file, half);
    else if (
      arrivals.some(({ name, state, bytes }) => state !== 'interrupted' && name === file.name && bytes === file.size)
    )
      queue.ask(file);
    else queue.add(file, null);
  }
  queue.next();
}

function isSame(a, b) {
  return a.name === b.name && a.size === b.size && a.lastModified === b.lastModified;
}

/** The server may have numbered the name because it was taken: `MEMORY (2).DMP`. */
function continuesWith({ id, name, ofBytes, continues }, file) {
  return (
    continues !== null &&
    ofBytes === file.size &&
    continues.lastModified === file.lastModified &&
    (name === file.name || name.replace(/ \(\d+\)(?=\.[^.]*$|$)/, '') === file.name) &&
    !queue.uploads.some((upload) => upload.id === id)
  );
}

function chooseAgain(arrival) {
  wanted = arrival;
  byId('files').click();
}

async function refresh() {
  try {
    const response = await fetch(`${base}/arrivals`, { headers: { accept: 'application/json' } });
    if (response.ok) {
      ({ arrivals } = await response.json());
      reached();
    } else if (response.status < 500) {
      const { because } = await response.json().catch(() => ({ because: 'other' }));
      say(words.because[because] ?? words.because.other);
    } else lost();
  } catch {
    lost();
  }
  queue.changed();
}

function reached() {
  if (!isReachable) say('');
  isReachable = true;
  if (queue.uploads.some(({ state }) => state === 'lost')) queue.reachable();
}

function lost() {
  isReachable = false;
  say(words.offline);
}

async function keepAsking() {
  await refresh();
  setTimeout(() => void keepAsking(), document.hidden ? askEveryMilliseconds * 5 : askEveryMilliseconds);
}

async function tellAll() {
  const response = await fetch(`${base}/complete`, { method: 'POST' }).catch(() => null);
  if (!response?.ok) return say(words.because.other);
  const { lacking } = await response.json();
  byId('spoken').textContent = lacking.length === 0 ? words.allComplete : words.lacking(lacking.join(', '));
  await refresh();
}

function openDropArea() {
  const drop = byId('drop');
  const input = byId('files');
  drop.hidden = false;
  byId('choose').addEventListener('click', () => {
    wanted = null;
    input.click();
  });
  input.addEventListener('change', () => {
    const files = [...input.files];
    input.value = '';
    if (wanted && files[0] && !files.some((file) => continuesWith(wanted, file))) say(words.otherFile(wanted.name));
    else take(files);
    wanted = null;
  });
  // Also beside the area: a file that misses it must not replace the page.
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    drop.classList.add('over');
  });
  document.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) drop.classList.remove('over');
  });
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    drop.classList.remove('over');
    const items = [...event.dataTransfer.items].filter(({ kind }) => kind === 'file');
    const isFolder = (item) => item.webkitGetAsEntry?.()?.isDirectory ?? false;
    const files = items.filter((item) => !isFolder(item)).map((item) => item.getAsFile());
    take(files.filter((file) => file !== null));
    if (items.some(isFolder)) say(words.notFolders);
  });
}

function openCopyButtons() {
  for (const button of document.querySelectorAll('[data-copies]')) {
    const label = button.textContent;
    button.hidden = false;
    button.addEventListener('click', async () => {
      const isCopied = await copy(byId(button.dataset.copies));
      button.textContent = isCopied ? words.copied : words.copyFailed;
      setTimeout(() => (button.textContent = label), 2000);
    });
  }
}

/** Without HTTPS browsers have no clipboard for pages; then the old way is tried. */
async function copy(element) {
  try {
    await navigator.clipboard.writeText(element.textContent);
    return true;
  } catch {
    window.getSelection().selectAllChildren(element);
    return document.execCommand('copy');
  }
}

window.addEventListener('beforeunload', (event) => {
  if (queue.uploads.some(({ state }) => state === 'sending')) event.preventDefault();
});
window.addEventListener('online', () => void refresh());
window.addEventListener('beforeprint', () => {
  for (const details of document.querySelectorAll('details')) details.open = true;
});
openCopyButtons();
openDropArea();
byId('all')
  .querySelector('button')
  .addEventListener('click', () => void tellAll());
void keepAsking();
