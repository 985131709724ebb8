export { intake } from './app.module.js';
