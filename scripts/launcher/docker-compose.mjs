import { findProgram, runProgram } from './programs.mjs';
import { say } from './say.mjs';

/** Starts parts with docker compose; gives their URLs by name, or what stood in the way. */
export async function startWithCompose(names, { root, state, secrets }) {
  const docker = findProgram('docker');
  if (!docker) return { problem: 'docker is not installed' };
  if (!runProgram(docker, ['compose', 'version']).ok) return { problem: 'docker has no compose plugin' };
  const engine = runProgram(docker, ['info'], { timeout: 8_000 });
  if (!engine.ok) return { problem: 'the docker engine does not answer' };

  const ports = {
    POSTGRES_PORT: await state.claimPort('compose-postgres', 5432),
    REDIS_PORT: await state.claimPort('compose-redis', 6379),
    AMQP_PORT: await state.claimPort('compose-rabbitmq', 5672),
  };
  say(`docker compose up -d --wait ${names.join(' ')}`);
  const started = compose(['up', '-d', '--wait', ...names], { root, secrets, ports });
  if (!started.ok) return { problem: `docker compose failed:\n${started.text.split('\n').slice(-15).join('\n')}` };
  if (names.includes('rabbitmq')) compose(['run', '--rm', 'broker-policies'], { root, secrets, ports });
  const { POSTGRES_PASSWORD, RABBITMQ_PASSWORD, REDIS_PASSWORD } = secrets;
  return {
    urls: {
      postgres: `postgres://caserelay:${POSTGRES_PASSWORD}@127.0.0.1:${ports.POSTGRES_PORT}/caserelay`,
      redis: `redis://:${REDIS_PASSWORD}@127.0.0.1:${ports.REDIS_PORT}/0`,
      rabbitmq: `amqp://caserelay:${RABBITMQ_PASSWORD}@127.0.0.1:${ports.AMQP_PORT}/caserelay`,
    },
  };
}

/** Stops containers that `startWithCompose` started; their volumes stay. */
export function stopCompose(names, { root, secrets }) {
  return compose(['stop', ...names], { root, secrets, ports: {} });
}

/** Removes the containers and what they kept. */
export function removeCompose({ root, secrets }) {
  return compose(['down', '--volumes'], { root, secrets, ports: {} });
}

function compose(args, { root, secrets, ports }) {
  const env = {
    ...process.env,
    ...secrets,
    ...Object.fromEntries(Object.entries(ports).map(([k, v]) => [k, String(v)])),
  };
  return runProgram(findProgram('docker'), ['compose', ...args], { cwd: root, env });
}
