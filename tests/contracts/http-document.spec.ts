import { openApi, services } from '@caserelay/contracts';
import { describe, expect, test } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { z } from 'zod';

const root = new URL('../../', import.meta.url);
const text = (path: string) => readFileSync(new URL(path, root), 'utf8');
const { version } = z.object({ version: z.string() }).parse(JSON.parse(text('libs/contracts/package.json')));
const document = openApi({ version });

/** Every route that a controller of a service opens, as `METHOD /service/path/{parameter}`. */
function routesOf(service: string, folder: string): string[] {
  return readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.controller.ts'))
    .flatMap((file) => {
      const source = text(`${folder}/${file}`);
      const base = /@Controller\((?:'([^']*)')?\)/.exec(source)?.[1] ?? '';
      return [...source.matchAll(/@(Get|Post|Put|Patch|Delete)\((?:'([^']*)')?\)/g)].map(([, method, path]) => {
        const parts = [service, base, path ?? ''].filter((part) => part !== '').join('/');
        return `${String(method).toUpperCase()} /${parts.replaceAll(/:(\w+)/g, '{$1}')}`;
      });
    });
}

const documented = Object.entries(document['paths'] as Record<string, Record<string, unknown>>).flatMap(
  ([path, item]) =>
    ['get', 'post', 'put', 'patch', 'delete']
      .filter((method) => method in item)
      .map((method) => `${method.toUpperCase()} ${path.replace(/(?<=.)\/$/, '')}`),
);

describe('the OpenAPI document', () => {
  test('is fresh; `npm run build && npm run contracts` writes it', () => {
    expect(JSON.parse(text('docs/contracts/openapi.json'))).toEqual(JSON.parse(JSON.stringify(document)));
  });

  test('holds every HTTP door of every service, and no other', () => {
    const open = services.flatMap((service) => [
      ...routesOf(service, `apps/${service}/src/features`),
      ...routesOf(service, 'libs/service-host/src'),
    ]);
    expect(documented.sort()).toEqual(open.sort());
  });
});
