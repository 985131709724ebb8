export type { CaughtMail } from './caught-mails.js';
export type { CatcherConfig } from './config.js';
export { startMailCatcher, type MailCatcher } from './mail-catcher.js';
