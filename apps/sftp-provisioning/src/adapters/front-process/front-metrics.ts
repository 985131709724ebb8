import { Gauge, type Registry } from 'prom-client';
import type { FrontLoad } from './front-messages.js';

/** Shows what goes on in the front at /metrics. */
export function showLoad(registry: Registry, front: { load: FrontLoad | null; restarts: number }): void {
  const show = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name: `caserelay_sftp_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  };
  show('connections', 'Open connections to the SFTP server', () => front.load?.connections ?? 0);
  show('sessions', 'Open SFTP sessions', () => front.load?.sessions ?? 0);
  show('transfers', 'Files that are being received', () => front.load?.transfers ?? 0);
  show('resident_bytes', 'Memory of the process that receives uploads', () => front.load?.residentBytes ?? 0);
  show('restarts', 'How often the process that receives uploads had to be started again', () => front.restarts);
}
