import { readEnvironment, runService, runUntilStopped } from '@caserelay/service-host';
import { webhooks } from './app.module.js';

await runUntilStopped([await runService(webhooks, readEnvironment())]);
