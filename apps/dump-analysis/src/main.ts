import { readEnvironment, runService, runUntilStopped } from '@caserelay/service-host';
import { dumpAnalysis } from './app.module.js';

await runUntilStopped([await runService(dumpAnalysis, readEnvironment())]);
