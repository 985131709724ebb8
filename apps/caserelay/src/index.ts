export { environmentOf, rolesOf } from './config.js';
