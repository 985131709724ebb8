export { opsConsole } from './app.module.js';
