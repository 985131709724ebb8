import type { Language } from './bugcheck.js';
import type { Text } from './bugcheck-parameters.data.js';
import type { DumpReport, KernelObject } from './dump-facts.js';
import { inLanguage } from './sentences.js';

interface Speech {
  say(text: Text): string;
  language: Language;
}

const labels = {
  request: { en: 'request', zh: 'I/O 请求' },
  device: { en: 'device', zh: '设备' },
  memory: { en: 'pool block', zh: '池块' },
  thread: { en: 'thread', zh: '线程' },
  process: { en: 'ended', zh: '结束的进程' },
  verifier: { en: 'verifier', zh: '验证器' },
  on: { en: 'Driver Verifier is on', zh: '驱动程序验证器已启用' },
  off: { en: 'Driver Verifier is off', zh: '驱动程序验证器未启用' },
  specialPool: { en: 'special pool is on', zh: '特殊池已启用' },
  watches: { en: 'watches', zh: '监视' },
  location: { en: 'location', zh: '位置' },
  bytes: { en: 'bytes', zh: '字节' },
  id: { en: 'id', zh: '进程号' },
} satisfies Record<string, Text>;

/** What the bugcheck's parameters lead to, and what Driver Verifier was told, as labelled lines for people. */
export function objectLines(
  { objects, verifier }: Pick<DumpReport, 'objects' | 'verifier'>,
  speech: Speech,
): [string, string][] {
  return [...objects.flatMap((object) => lineOf(object, speech)), ...verifierLine(verifier, speech)];
}

function lineOf(object: KernelObject, { say, language }: Speech): [string, string][] {
  switch (object.what) {
    case 'irp': {
      const at = object.locations.find(({ isCurrent }) => isCurrent);
      const asks = [at?.majorFunction, at?.minorFunction, ownerOf(object)].filter(Boolean).join(' ');
      const where = `${say(labels.location)} ${object.currentLocation}/${object.stackCount}`;
      return [[say(labels.request), `${object.address} (${inLanguage(object.from, language)}), ${where}: ${asks}`]];
    }
    case 'device':
      return [
        [
          say(labels.device),
          [object.address, `(${inLanguage(object.from, language)})`, ownerOf(object), object.instancePath]
            .filter(Boolean)
            .join(' '),
        ],
      ];
    case 'pool': {
      const size = object.bytes === null ? null : `${object.bytes} ${say(labels.bytes)}`;
      const tag = `“${object.tag}”`;
      return [
        [
          say(labels.memory),
          [object.address, `(${inLanguage(object.from, language)})`, tag, size, object.owner].filter(Boolean).join(' '),
        ],
      ];
    }
    case 'process':
      return [
        [
          say(labels.process),
          [object.name, object.id === null ? null : `${say(labels.id)} ${object.id}`].filter(Boolean).join(', '),
        ],
      ];
    case 'thread': {
      const first = object.frames.find(({ module }) => module !== null);
      const place = first ? ` ${first.module ?? ''}+${first.offset ?? '0x0'}` : '';
      return [[say(labels.thread), `${object.address} (${inLanguage(object.from, language)})${place}`]];
    }
    case 'driver':
    case 'code':
    case 'name':
      return [];
  }
}

function ownerOf({ driver, module }: KernelObject): string | null {
  if (driver === null) return module;
  return module === null ? driver : `${driver} (${module})`;
}

function verifierLine(verifier: DumpReport['verifier'], { say, language }: Speech): [string, string][] {
  if (!verifier || (!verifier.active && !verifier.specialPool)) return [];
  const parts = [
    say(verifier.active ? labels.on : labels.off),
    ...(verifier.specialPool ? [say(labels.specialPool)] : []),
    ...(verifier.flags === null || verifier.options.length === 0
      ? []
      : [`${verifier.flags} (${verifier.options.map((option) => inLanguage(option, language)).join(', ')})`]),
    ...(verifier.drivers.length === 0 ? [] : [`${say(labels.watches)} ${verifier.drivers.join(', ')}`]),
  ];
  return [[say(labels.verifier), parts.join('; ')]];
}
