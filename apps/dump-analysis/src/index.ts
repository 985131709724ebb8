export { dumpAnalysis } from './app.module.js';
