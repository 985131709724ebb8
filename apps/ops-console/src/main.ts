import { readEnvironment, runService, runUntilStopped } from '@caserelay/service-host';
import { opsConsole } from './app.module.js';

await runUntilStopped([await runService(opsConsole, readEnvironment())]);
