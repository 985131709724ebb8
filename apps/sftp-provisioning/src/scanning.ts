import { openEvidenceStore } from '@caserelay/evidence-store';
import { LookWhenWoken, type Host } from '@caserelay/service-host';
import { Counter, Gauge } from 'prom-client';
import { Clamd } from './adapters/clamd/clamd.js';
import { ScanStore } from './adapters/upload-space-store/scan-store.js';
import type { config } from './config.js';
import { UploadScanning } from './features/scan-uploads/scan-uploads.js';

const lookMilliseconds = 5_000;
const longestPauseMilliseconds = 900_000;
const mostFailures = 5;

/** Lets clamd look into uploads, for as long as the service runs; null where no clamd is set up. */
export function openScanning(host: Host<typeof config>): { wake(): boolean } | null {
  const { config: settings, clock, database, outbox, log } = host;
  const { CLAMD_ADDRESS: address } = settings;
  if (address === undefined) return null;
  if (settings.SFTP_ENGINE !== 'built-in')
    log.warn(
      { engine: settings.SFTP_ENGINE },
      'what is found in uploads is told, but customers can go on reading it through this engine',
    );
  const silentMilliseconds = settings.CLAMD_SILENT_SECONDS * 1000;
  const observe = countedBy(host);
  const scanning: UploadScanning = new UploadScanning({
    scans: new ScanStore(database.manager),
    transaction: (work) =>
      outbox.transaction(async (tx) => ({ result: undefined, tells: await work(new ScanStore(tx)) })),
    evidence: openEvidenceStore(settings),
    scanner: new Clamd(address, {
      connectMilliseconds: Math.min(silentMilliseconds, 5_000),
      silentMilliseconds,
      scanMilliseconds: settings.CLAMD_SCAN_SECONDS * 1000,
    }),
    limits: {
      mostBytes: Math.floor(settings.CLAMD_MAX_MEBIBYTES * 2 ** 20),
      mostAtOnce: settings.CLAMD_SCANS_AT_ONCE,
      mostFailures,
      firstPauseMilliseconds: settings.CLAMD_PAUSE_SECONDS * 1000,
      longestPauseMilliseconds,
    },
    now: () => clock.now(),
    wake: () => watch.wake(),
    observe,
    log,
  });
  const watch = new LookWhenWoken(
    () => scanning.look(),
    Math.min(lookMilliseconds, settings.CLAMD_PAUSE_SECONDS * 1000),
    (error) => log.warn({ error }, 'could not look for uploads to scan'),
  );
  host.onStop(async () => {
    const looked = watch.stop();
    await scanning.stop();
    await looked;
  });
  host.showInHealth('clamd', () => scanning.state);
  watch.wake();
  return {
    wake: () => {
      watch.wake();
      return true;
    },
  };
}

function countedBy({ metrics, database }: Host<typeof config>) {
  const scans = new Counter({
    name: 'caserelay_upload_scans_total',
    help: 'Uploads that a malware scanner has looked into, or could not',
    labelNames: ['outcome'],
    registers: [metrics],
  });
  new Gauge({
    name: 'caserelay_uploads_unscanned',
    help: 'Closed uploads that wait for the malware scanner',
    registers: [metrics],
    async collect() {
      this.set(await new ScanStore(database.manager).countWaiting());
    },
  });
  return (outcome: string): void => scans.inc({ outcome });
}
