import { caseWorkflow } from '@caserelay/case-workflow';
import { runService } from '@caserelay/service-host';
import { environmentOf } from './parts.js';

/** One instance of case-workflow in a process of its own; says its address once it is up, ends when it is told to. */
const [namespace = '', more = '{}'] = process.argv.slice(2);
const started = performance.now();
const service = await runService(caseWorkflow, environmentOf(namespace, JSON.parse(more) as Record<string, string>));
process.send?.({ kind: 'up', url: service.url, milliseconds: performance.now() - started });
process.on('disconnect', () => process.exit(1));
process.on('message', () => {
  void service.stop().then(() => process.exit(0));
});
