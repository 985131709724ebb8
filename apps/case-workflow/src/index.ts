export { caseWorkflow } from './app.module.js';
