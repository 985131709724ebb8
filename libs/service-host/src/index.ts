export { Clock } from './clock.js';
export { ConfigProblems, parseConfig, readEnvironment, timeZone, type HostConfig } from './config.js';
export { openDatabase, schemaOf } from './database.js';
export { openLog } from './log.js';
export { Problem } from './problem.filter.js';
export { migrateService, runService, type RunningService } from './run-service.js';
export { runUntilStopped } from './run-until-stopped.js';
export { isSameSecret } from './same-secret.js';
export { defineService, type Host, type Service } from './service.js';
