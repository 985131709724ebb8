import { readEnvironment, runService, runUntilStopped } from '@caserelay/service-host';
import { sftpProvisioning } from './app.module.js';

await runUntilStopped([await runService(sftpProvisioning, readEnvironment())]);
