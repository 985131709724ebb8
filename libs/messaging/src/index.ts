export { Hears, type Hear, type Hearing } from './hears.js';
export { Outbox } from './outbox.js';
export { causeOf, type Cause, type Tell } from './tell.js';
