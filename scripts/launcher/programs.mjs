import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/** The full path of an installed program, looked for in `first` and then in PATH and the system's folders. */
export function findProgram(name, first = []) {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
  const candidates = [...first, ...folders.filter(Boolean).map((folder) => path.join(folder, name))];
  return candidates.find(isExecutable) ?? null;
}

/** Runs a program to its end; the text it wrote belongs to the answer. */
export function runProgram(program, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', ...options });
  return { ok: status === 0, text: [stdout, stderr, error?.message].filter(Boolean).join('\n').trim() };
}

function isExecutable(file) {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
