import { readEnvironment, runService, runUntilStopped } from '@caserelay/service-host';
import { intake } from './app.module.js';

await runUntilStopped([await runService(intake, readEnvironment())]);
