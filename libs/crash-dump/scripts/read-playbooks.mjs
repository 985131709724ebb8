import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';

const kinds = ['ask', 'try', 'warn'];
const risks = ['slower', 'more-crashes', 'boot', 'data', 'programs'];
const culprits = ['third-party', 'microsoft', 'unloaded', 'hardware', 'unknown'];
const confidences = ['high', 'medium', 'low'];
const dumpKinds = ['full', 'active', 'kernel', 'triage', 'header-only', 'user'];
const verdicts = ['complete', 'truncated', 'unknown'];
/** What may stand between braces in a text. */
const placeholders = ['{driver}', '{version}'];

/**
 * Reads all playbooks of a folder, in the order of their names, as the one value that the library holds. Throws with
 * every fault at once, each as `file:line: field: expected …, found …`.
 */
export function readPlaybooks(folder, sentenceIds = null) {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
  return parsePlaybooks(files, sentenceIds);
}

/** The same for texts: `[{ name, text }]`. `sentenceIds`: the sentences that `noted` may name; null for any. */
export function parsePlaybooks(files, sentenceIds = null) {
  const faults = [];
  const found = { items: [], plays: [] };
  for (const file of files) readFile(file, found, faults, sentenceIds);
  // What a broken file would have held is not missing.
  if (!faults.some((fault) => fault.includes(': YAML: '))) checkTogether(found, faults);
  if (faults.length > 0) throw new Error(`playbooks cannot be used:\n${faults.join('\n')}`);
  return {
    items: found.items.map(({ value }) => value),
    plays: found.plays.map(({ value }) => value),
  };
}

function readFile({ name, text }, found, faults, sentenceIds) {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, version: '1.2' });
  const lineOf = (node) => lines.linePos(node?.range?.[0] ?? 0).line;
  // One broken line breaks the rest of its file.
  const [broken] = document.errors;
  if (broken) {
    faults.push(`${name}:${lines.linePos(broken.pos[0]).line}: YAML: ${broken.message.split('\n')[0]}`);
    return;
  }
  const fault = (node, field, expected, value) =>
    faults.push(`${name}:${lineOf(node)}: ${field}: expected ${expected}, found ${shown(value)}`);
  const read = reader(fault);
  const top = read.map(document.contents, 'file', { items: false, plays: false });
  for (const node of read.list(top.items, 'items', true)) {
    const value = readItem(node, read, fault);
    if (value) found.items.push({ value, at: (field) => `${name}:${lineOf(node)}: ${field}` });
  }
  for (const node of read.list(top.plays, 'plays', true)) {
    const value = readPlay(node, read, fault, sentenceIds);
    if (value) found.plays.push({ value, at: (field) => `${name}:${lineOf(node)}: ${field}` });
  }
}

function readItem(node, read, fault) {
  const fields = read.map(node, 'item', {
    ...{ id: true, kind: true, title: true, steps: true, source: true },
    ...{ note: false, warning: false, risk: false, undo: false, replaces: false },
  });
  const id = read.id(fields.id, 'id');
  if (id === null) return null;
  const field = (name) => `${id}.${name}`;
  const item = {
    id,
    kind: read.oneOf(fields.kind, field('kind'), kinds),
    title: read.text(fields.title, field('title')),
    steps: read.list(fields.steps, field('steps')).map((step, at) => read.text(step, field(`steps[${at}]`))),
    ...(fields.note && { note: read.text(fields.note, field('note')) }),
    ...(fields.warning && { warning: read.text(fields.warning, field('warning')) }),
    ...(fields.risk && {
      risk: read.list(fields.risk, field('risk')).map((one) => read.oneOf(one, field('risk'), risks)),
    }),
    ...(fields.undo && { undo: readUndo(fields.undo, field('undo'), read) }),
    ...(fields.replaces && {
      replaces: read.list(fields.replaces, field('replaces')).map((one) => read.id(one, field('replaces'))),
    }),
    source: read.sources(fields.source, field('source')),
  };
  if (item.risk && !item.warning) fault(node, field('warning'), 'a warning, because the item has a risk', undefined);
  if (item.risk && !item.undo) fault(node, field('undo'), 'a way back, because the item has a risk', undefined);
  return item;
}

function readUndo(node, field, read) {
  const fields = read.map(node, field, { title: true, steps: true });
  return {
    title: read.text(fields.title, `${field}.title`),
    steps: read.list(fields.steps, `${field}.steps`).map((step, at) => read.text(step, `${field}.steps[${at}]`)),
  };
}

function readPlay(node, read, fault, sentenceIds) {
  const fields = read.map(node, 'play', {
    id: true,
    when: true,
    because: true,
    advise: true,
    source: true,
    provisional: false,
  });
  const id = read.id(fields.id, 'id');
  if (id === null) return null;
  const field = (name) => `${id}.${name}`;
  const when = readConditions(fields.when, field('when'), read, fault, sentenceIds);
  const because = read.text(fields.because, field('because'));
  const namesSuspect = placeholders.some((one) => because.en.includes(one) || because.zh.includes(one));
  if (namesSuspect && !when.module && !when.culprit) {
    fault(fields.because, field('because'), 'no {driver}, because the play asks for no culprit', because.en);
  }
  if (fields.provisional && fields.provisional.value !== true) {
    fault(fields.provisional, field('provisional'), 'true', fields.provisional.value);
  }
  return {
    id,
    ...(fields.provisional && { provisional: true }),
    when,
    because,
    advise: read.list(fields.advise, field('advise')).map((one) => read.id(one, field('advise'))),
    source: read.sources(fields.source, field('source')),
  };
}

function readConditions(node, field, read, fault, sentenceIds) {
  const fields = read.map(node, field, {
    ...{ bugcheck: false, first: false, culprit: false, confidence: false, module: false },
    ...{ kind: false, completeness: false, noted: false, build: false },
  });
  const all = (name, one) =>
    fields[name] && {
      [name]: read.list(fields[name], `${field}.${name}`).map((each) => one(each, `${field}.${name}`)),
    };
  const among = (list) => (each, name) => read.oneOf(each, name, list);
  const conditions = {
    ...all('bugcheck', read.number),
    ...all('first', read.number),
    ...all('culprit', among(culprits)),
    ...all('confidence', among(confidences)),
    ...(fields.module && { module: readModule(fields.module, `${field}.module`, read) }),
    ...all('kind', among(dumpKinds)),
    ...all('completeness', among(verdicts)),
    ...all('noted', sentenceIds === null ? read.id : among(sentenceIds)),
    ...(fields.build && { build: readBuild(fields.build, `${field}.build`, read) }),
  };
  if (Object.keys(conditions).length === 0) fault(node, field, 'at least one condition', {});
  return conditions;
}

function readModule(node, field, read) {
  const fields = read.map(node, field, { name: true, from: false, below: false });
  const names = isSeq(fields.name) ? read.list(fields.name, `${field}.name`) : [fields.name];
  return {
    name: names.map((one) =>
      read.pattern(one, `${field}.name`, /^[\w.-]+\.(?:sys|dll|exe)$/i, 'a file name such as Ntfs.sys'),
    ),
    ...(fields.from && { from: read.version(fields.from, `${field}.from`) }),
    ...(fields.below && { below: read.version(fields.below, `${field}.below`) }),
  };
}

function readBuild(node, field, read) {
  const fields = read.map(node, field, { from: true, to: true });
  return { from: read.number(fields.from, `${field}.from`), to: read.number(fields.to, `${field}.to`) };
}

/** Functions that read a node or note a fault; after a fault they give something harmless, so that all faults are found. */
function reader(fault) {
  const plain = (node) =>
    isScalar(node) ? node.value : node === undefined || node === null ? undefined : node.toJSON?.();
  const pattern = (node, field, expression, expected) => {
    const value = plain(node);
    if (typeof value === 'string' && expression.test(value)) return value;
    fault(node, field, expected, value);
    return null;
  };
  const list = (node, field, mayBeMissing = false) => {
    if (node === undefined && mayBeMissing) return [];
    if (isSeq(node) && node.items.length > 0) return node.items;
    fault(node, field, 'a list with at least one entry', plain(node));
    return [];
  };
  const map = (node, field, known) => {
    if (!isMap(node)) {
      fault(node, field, `fields (${Object.keys(known).join(', ')})`, plain(node));
      return {};
    }
    const fields = {};
    for (const { key, value } of node.items) {
      if (key.value in known) fields[key.value] = value;
      else fault(key, `${field}.${key.value}`, `one of ${Object.keys(known).join(', ')}`, key.value);
    }
    for (const [name, isNeeded] of Object.entries(known)) {
      if (isNeeded && !(name in fields)) fault(node, `${field}.${name}`, 'a value', undefined);
    }
    return fields;
  };
  const text = (node, field) => {
    const { en, zh } = map(node, field, { en: true, zh: true });
    const of = (part, language) => {
      const value = plain(part);
      const unknown =
        typeof value === 'string' ? value.match(/\{[a-z]+\}/g)?.find((one) => !placeholders.includes(one)) : undefined;
      if (unknown) fault(part, `${field}.${language}`, `only ${placeholders.join(' and ')} between braces`, unknown);
      if (typeof value === 'string' && value.trim() === value && value !== '') return value;
      fault(part, `${field}.${language}`, 'a text', value);
      return '';
    };
    const said = { en: of(en, 'en'), zh: of(zh, 'zh') };
    if (said.zh !== '' && !/[\u4e00-\u9fff]/.test(said.zh)) fault(zh, `${field}.zh`, 'a text in Chinese', said.zh);
    if (/[\u4e00-\u9fff]/.test(said.en)) fault(en, `${field}.en`, 'a text in English', said.en);
    return said;
  };
  return {
    map,
    list,
    text,
    pattern,
    id: (node, field) => pattern(node, field, /^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'a name such as check-disk'),
    version: (node, field) => pattern(node, field, /^\d+(?:\.\d+){3}$/, 'a version such as 10.0.17763.592'),
    number: (node, field) => {
      const value = plain(node);
      if (Number.isInteger(value) && value >= 0 && value <= 0xffffffff) return value;
      fault(node, field, 'a number such as 0x139', value);
      return 0;
    },
    oneOf: (node, field, values) => {
      const value = plain(node);
      if (values.includes(value)) return value;
      fault(node, field, `one of ${values.join(', ')}`, value);
      return values[0];
    },
    sources: (node, field) =>
      list(node, field).map((one) =>
        pattern(
          one,
          field,
          /^(?:https:\/\/\S+|CAS-\d{5} mail \d+)$/,
          'an https address or a mail such as CAS-02227 mail 16',
        ),
      ),
  };
}

/** Rules over all files: names are used once and lead somewhere, everything is used, nothing is said twice. */
function checkTogether({ items, plays }, faults) {
  const known = new Map();
  for (const { value, at } of items) {
    if (known.has(value.id)) faults.push(`${at('id')}: expected a name that is used once, found "${value.id}" again`);
    known.set(value.id, value);
  }
  const playIds = new Set();
  const used = new Set();
  for (const { value, at } of plays) {
    if (playIds.has(value.id)) faults.push(`${at('id')}: expected a name that is used once, found "${value.id}" again`);
    playIds.add(value.id);
    for (const id of value.advise) {
      used.add(id);
      if (id !== null && !known.has(id))
        faults.push(`${at(`${value.id}.advise`)}: expected the id of an item, found "${id}"`);
    }
  }
  const said = new Map();
  for (const { value, at } of items) {
    for (const id of value.replaces ?? []) {
      if (id !== null && !known.has(id))
        faults.push(`${at(`${value.id}.replaces`)}: expected the id of an item, found "${id}"`);
    }
    const texts = [
      value.title,
      ...value.steps,
      value.note,
      value.warning,
      value.undo?.title,
      ...(value.undo?.steps ?? []),
    ];
    for (const text of texts.flatMap((one) => (one ? [one.en, one.zh] : []))) {
      if (text === '') continue;
      if (said.has(text) && said.get(text) !== value.id)
        faults.push(`${at(value.id)}: expected a text of its own, found "${text}", which ${said.get(text)} says too`);
      said.set(text, value.id);
    }
  }
  for (const { value, at } of items) {
    if (!used.has(value.id) && value.id !== 'run-collection-tool') {
      faults.push(`${at('id')}: expected an item that a play advises, found "${value.id}", which none does`);
    }
  }
}

function shown(value) {
  return value === undefined || value === null ? 'nothing' : JSON.stringify(value);
}
