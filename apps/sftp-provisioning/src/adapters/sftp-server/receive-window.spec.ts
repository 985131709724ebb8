import { beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerChannel } from 'ssh2';
import { loadHostKey } from './host-key.js';
import { ReceiveWindows, checkReceiveWindow } from './receive-window.js';

const mebibyte = 2 ** 20;
let privateKey: string;
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'caserelay-window-'));
  ({ privateKey } = await loadHostKey(join(folder, 'key')));
  await rm(folder, { recursive: true });
});

describe('the check at start', () => {
  it('is content with the installed ssh2', () => expect(checkReceiveWindow(privateKey)).resolves.toBeUndefined());

  it('refuses a window that the client does not get', async () => {
    const unheard = (channel: ServerChannel) => {
      (channel as unknown as { incoming: { window: number } }).incoming.window += 6 * mebibyte;
      return { taken: () => undefined, end: () => undefined };
    };
    await expect(checkReceiveWindow(privateKey, unheard, 300)).rejects.toThrow(
      'a client that sends all of it has to wait',
    );
  });

  it('refuses a window that ssh2 does not know of, because it drops what comes beyond its own', async () => {
    const untrue = (channel: ServerChannel) => {
      const inside = channel as unknown as Inside;
      inside.incoming.window = 0;
      inside._client._protocol.channelWindowAdjust(inside.outgoing.id, 6 * mebibyte);
      return { taken: () => undefined, end: () => undefined };
    };
    await expect(checkReceiveWindow(privateKey, untrue, 300)).rejects.toThrow(
      'cannot be widened with the installed ssh2',
    );
  });
});

describe('a window', () => {
  it('is as wide as the line is long, and narrow on a short one', () => {
    const windows = new ReceiveWindows(16 * mebibyte, 64 * mebibyte);
    expect([0, 5, 50, 1000].map((roundTrip) => widthOf(windows, roundTrip))).toEqual([2, 2, 8, 16]);
  });

  it('takes from what all may have, and gives it back once', () => {
    const windows = new ReceiveWindows(16 * mebibyte, 20 * mebibyte);
    const first = aChannel();
    const opened = windows.open(first.channel, 1000);
    expect(first.width()).toBe(16);
    expect(widthOf(windows, 1000)).toBe(8);
    expect(widthOf(windows, 1000)).toBe(2);
    opened.end();
    opened.end();
    expect(widthOf(windows, 1000)).toBe(16);
    expect(widthOf(windows, 1000)).toBe(2);
  });

  it('is opened again as its bytes are taken', () => {
    const { channel, width } = aChannel();
    const { taken } = new ReceiveWindows(16 * mebibyte, 64 * mebibyte).open(channel, 1000);
    (channel as unknown as Inside).incoming.window -= mebibyte;
    taken();
    expect(width()).toBe(15);
    (channel as unknown as Inside).incoming.window -= mebibyte;
    taken();
    expect(width()).toBe(16);
  });
});

interface Inside {
  incoming: { window: number };
  outgoing: { id: number; state: string };
  _client: { _protocol: { channelWindowAdjust(id: number, bytes: number): void } };
}

function widthOf(windows: ReceiveWindows, roundTrip: number): number {
  const { channel, width } = aChannel();
  windows.open(channel, roundTrip);
  return width();
}

function aChannel() {
  const inside: Inside = {
    incoming: { window: 2 * mebibyte },
    outgoing: { id: 0, state: 'open' },
    _client: { _protocol: { channelWindowAdjust: () => undefined } },
  };
  return { channel: inside as unknown as ServerChannel, width: () => inside.incoming.window / mebibyte };
}
