import { Upload, type UploadOptions } from 'tus-js-client';
import { until } from '../../support/until.js';
import type { Room } from './a-space.js';

/** What a browser keeps of a page after its button was pressed. */
export interface OpenPage {
  readonly link: string;
  readonly cookie: string;
}

/** Presses the button of a link. */
export async function openPage(link: string): Promise<OpenPage> {
  const response = await fetch(link, { method: 'POST', headers: { accept: 'text/html' } });
  const cookie = response.headers.get('set-cookie')?.split(';')[0];
  if (!response.ok || cookie === undefined) throw new Error(`the link answered ${response.status} without a pass`);
  return { link, cookie };
}

/** The headers that a browser sends from the page. */
export function fromPage(page: OpenPage, more: Record<string, string> = {}): Record<string, string> {
  return { cookie: page.cookie, 'sec-fetch-site': 'same-origin', ...more };
}

export function tus(page: OpenPage, more: Record<string, string> = {}): Record<string, string> {
  return fromPage(page, { 'tus-resumable': '1.0.0', ...more });
}

export function metadata(name: string | Buffer, lastModified = 1): string {
  return `filename ${Buffer.from(name).toString('base64')},lastModified ${Buffer.from(String(lastModified)).toString('base64')}`;
}

/** Begins an upload and tells where it goes on. */
export async function begin(page: OpenPage, name: string, bytes: number, lastModified = 1): Promise<string> {
  const response = await fetch(`${page.link}/files`, {
    method: 'POST',
    headers: tus(page, { 'upload-length': String(bytes), 'upload-metadata': metadata(name, lastModified) }),
  });
  const location = response.headers.get('location');
  if (response.status !== 201 || location === null)
    throw new Error(`the upload was answered with ${response.status}: ${await response.text()}`);
  return new URL(location, `${page.link}/files`).href;
}

export function append(page: OpenPage, file: string, offset: number, content: Buffer): Promise<Response> {
  return fetch(file, {
    method: 'PATCH',
    headers: tus(page, { 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' }),
    body: new Uint8Array(content),
  });
}

export async function offsetOf(page: OpenPage, file: string): Promise<number> {
  const response = await fetch(file, { method: 'HEAD', headers: tus(page) });
  if (!response.ok) throw new Error(`the upload answered ${response.status}`);
  return Number(response.headers.get('upload-offset'));
}

/** Uploads with the client that the page uses. */
export function send(page: OpenPage, content: Buffer, name: string, more: Partial<UploadOptions> = {}) {
  let upload!: Upload;
  const done = new Promise<void>((resolve, reject) => {
    upload = new Upload(content, {
      endpoint: `${page.link}/files`,
      headers: fromPage(page),
      metadata: { filename: name, lastModified: '1' },
      retryDelays: [0, 50, 200, 500, 1000, 2000],
      storeFingerprintForResuming: false,
      onSuccess: () => resolve(),
      onError: reject,
      ...more,
    });
    upload.start();
  });
  return { upload, done };
}

export interface Arrival {
  id: string | null;
  name: string;
  state: string;
  bytes: number;
  ofBytes: number | null;
  continues: { lastModified: number } | null;
}

export async function arrivals(page: OpenPage): Promise<Arrival[]> {
  const response = await fetch(`${page.link}/arrivals`, { headers: fromPage(page) });
  if (!response.ok) throw new Error(`the arrivals were answered with ${response.status}: ${await response.text()}`);
  return ((await response.json()) as { arrivals: Arrival[] }).arrivals;
}

export async function aPage(room: Room): Promise<{ page: OpenPage; caseId: string; spaceId: string }> {
  const { caseId, space } = await room.openSpace();
  return { page: await openPage(space.link), caseId, spaceId: space.spaceId };
}

export async function received(room: Room, caseId: string, count = 1) {
  await until(`${count} uploads are told`, () => room.told(caseId, 'upload.received').length >= count);
  return room.told(caseId, 'upload.received');
}
