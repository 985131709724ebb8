import { readEnvironment, runService, runUntilStopped } from '@caserelay/service-host';
import { caseWorkflow } from './app.module.js';

await runUntilStopped([await runService(caseWorkflow, readEnvironment())]);
