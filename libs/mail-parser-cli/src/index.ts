export { run, type Surroundings } from './run.js';
export { parseMail, type ParsedMail, type Centre } from './parsed-mail.js';
