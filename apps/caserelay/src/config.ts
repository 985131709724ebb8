import { services, type ServiceName } from '@caserelay/contracts';
import { ConfigProblems } from '@caserelay/service-host';

type Environment = Record<string, string | undefined>;

/** Which services this process hosts: the one named by ROLE, or all. Throws ConfigProblems for an unknown role. */
export function rolesOf({ ROLE: role }: Environment): readonly ServiceName[] {
  if (role === undefined || role === '' || role === 'all') return services;
  if ((services as readonly string[]).includes(role)) return [role as ServiceName];
  throw new ConfigProblems([`ROLE: expected "all" or one of ${services.join(', ')} (found "${role}")`]);
}

/**
 * The environment as one service sees it: `INTAKE_HTTP_PORT` is `HTTP_PORT` for intake. In a process that hosts
 * several services a plain HTTP_PORT would be taken by all of them, so it counts only where one is hosted.
 */
export function environmentOf(service: ServiceName, environment: Environment, hosted: number): Environment {
  const own = environment[`${service.toUpperCase().replaceAll('-', '_')}_HTTP_PORT`];
  const { HTTP_PORT: plain, ...rest } = environment;
  return { ...rest, HTTP_PORT: own ?? (hosted === 1 ? plain : undefined) };
}

/** True when the process shall only bring the tables up to date. */
export function migratesOnly({ MIGRATE_ONLY: value }: Environment): boolean {
  return value === '1' || value === 'true';
}
