export { notification } from './app.module.js';
