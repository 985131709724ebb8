export { sftpProvisioning } from './app.module.js';
