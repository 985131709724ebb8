export { isTold, unopened, type Case, type CaseCommand, type CaseEvent, type Known, type ToldByCase } from './case.js';
export { decide } from './decide.js';
export { evolve } from './evolve.js';
export { standardPolicy, type Policy } from './policy.js';
export { wakeAt } from './wake-at.js';
