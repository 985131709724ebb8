import { readEnvironment, runService, runUntilStopped } from '@caserelay/service-host';
import { notification } from './app.module.js';

await runUntilStopped([await runService(notification, readEnvironment())]);
