import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const places = [
  process.env['CHROMIUM'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** Where Chromium is on this machine; null where there is none. */
export const chromiumPath = places.find((place) => place !== '' && existsSync(place)) ?? null;

export const withoutChromium =
  'no Chromium was found (looked at CHROMIUM, /usr/bin/chromium, /usr/bin/chromium-browser, /usr/bin/google-chrome); ' +
  'install it with: apt-get install -y chromium fonts-noto-cjk';

export function openChromium(): Promise<Browser> {
  if (chromiumPath === null) throw new Error(withoutChromium);
  return chromium.launch({
    executablePath: chromiumPath,
    // In containers tests run as root and /dev/shm is small.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  });
}
