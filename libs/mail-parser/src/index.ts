export { readMail, type Mail } from './read-mail.js';
export type { MailAddress } from './addresses.js';
export { defaultLimits, type Damage, type Limits } from './damage.js';
export type { Attachment, Enclosed } from './mail-parts.js';
export { textOfHtml } from './text-of-html.js';
