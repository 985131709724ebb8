export { morningAfter } from './morning-after.js';
