import { caseWorkflow } from '@caserelay/case-workflow';
import type { ServiceName } from '@caserelay/contracts';
import { dumpAnalysis } from '@caserelay/dump-analysis';
import { intake } from '@caserelay/intake';
import { notification } from '@caserelay/notification';
import { opsConsole } from '@caserelay/ops-console';
import {
  ConfigProblems,
  migrateService,
  readEnvironment,
  runService,
  runUntilStopped,
  type RunningService,
  type Service,
} from '@caserelay/service-host';
import { sftpProvisioning } from '@caserelay/sftp-provisioning';
import { webhooks } from '@caserelay/webhooks';
import { environmentOf, migratesOnly, rolesOf } from './config.js';

const definitions: Record<ServiceName, unknown> = {
  intake,
  'case-workflow': caseWorkflow,
  'sftp-provisioning': sftpProvisioning,
  'dump-analysis': dumpAnalysis,
  notification,
  webhooks,
  'ops-console': opsConsole,
};

/** Hosts all services in this process, or the one that ROLE names. */
async function main(): Promise<void> {
  const environment = readEnvironment();
  const roles = rolesOf(environment);
  const running: Pick<RunningService, 'stop'>[] = [];
  try {
    for (const role of roles) {
      const service = definitions[role] as Service;
      const own = environmentOf(role, environment, roles.length);
      if (migratesOnly(environment)) await migrateService(service, own);
      else running.push(await runService(service, own));
    }
  } catch (error) {
    await Promise.all(running.map((service) => service.stop()));
    throw error;
  }
  if (running.length > 0) await runUntilStopped(running);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    const text =
      error instanceof ConfigProblems
        ? error.message
        : error instanceof Error
          ? (error.stack ?? error.message)
          : String(error);
    process.stderr.write(`caserelay could not start: ${text}\n`);
    process.exit(1);
  },
);
