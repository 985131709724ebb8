export { Clock } from './clock.js';
export { ConfigProblems, parseConfig, readEnvironment, type HostConfig } from './config.js';
export { defineService, type Host, type Service } from './service.js';
