import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { connect } from 'amqplib';
import { isListening } from '../ports.mjs';
import { endLeftovers, untilUsable } from '../processes.mjs';
import { findProgram, runProgram } from '../programs.mjs';

const policiesFile = path.resolve(import.meta.dirname, '../../../deploy/rabbitmq/policies.json');

/** Carries facts between the services. */
export const rabbitmq = {
  name: 'rabbitmq',
  variable: 'AMQP_URL',
  packages: ['rabbitmq-server'],
  stopSignal: 'SIGTERM',

  localUrl: (owned) => `amqp://guest:guest@127.0.0.1:5672/${owned}`,

  /** Handshake, credentials, virtual host and a channel: an open port alone proves nothing. */
  async login(url) {
    const connection = await connect(url, { timeout: 4_000 }).catch((error) => {
      throw isAboutVirtualHost(error) ? new NoVirtualHost(url) : error;
    });
    connection.on('error', () => {});
    const channel = await connection.createChannel();
    await channel.close();
    await connection.close();
  },

  /** A local broker is used when we can have a virtual host of our own on it. */
  async useLocal(url) {
    try {
      await this.login(url);
    } catch (error) {
      if (!(error instanceof NoVirtualHost)) throw error;
      createVirtualHost(virtualHostIn(url), new URL(url).username);
      await this.login(url);
    }
  },

  /** Debian's /usr/sbin/rabbitmq-server changes to the user rabbitmq and its folders; the program itself does not. */
  findProgram() {
    return findProgram('rabbitmq-server', ['/usr/lib/rabbitmq/bin/rabbitmq-server']);
  },

  async startPrivate({ folder, claimPort, run, runBeside, record }) {
    const port = await claimPort('rabbitmq', 55_672);
    const distributionPort = await claimPort('rabbitmq-distribution', port + 1, true);
    const data = path.join(folder, 'rabbitmq');
    for (const name of ['mnesia', 'log', 'home']) fs.mkdirSync(path.join(data, name), { recursive: true });
    fs.chmodSync(path.join(data, 'home'), 0o700);
    writeSettings(data, port);
    endLeftovers(record());
    const names = await startNameServer({ claimPort, runBeside, port });
    const started = await run({
      program: this.findProgram(),
      env: {
        ...names,
        HOME: path.join(data, 'home'),
        RABBITMQ_NODENAME: `caserelay${port}@localhost`,
        RABBITMQ_MNESIA_BASE: path.join(data, 'mnesia'),
        RABBITMQ_LOG_BASE: path.join(data, 'log'),
        RABBITMQ_ENABLED_PLUGINS_FILE: path.join(data, 'enabled_plugins'),
        RABBITMQ_CONFIG_FILE: path.join(data, 'rabbitmq.conf'),
        RABBITMQ_ADVANCED_CONFIG_FILE: path.join(data, 'advanced.config'),
        RABBITMQ_CONF_ENV_FILE: '/dev/null',
        RABBITMQ_PID_FILE: path.join(data, 'pid'),
        RABBITMQ_DIST_PORT: String(distributionPort),
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
      },
    });
    const url = `amqp://guest:guest@127.0.0.1:${port}/caserelay`;
    await untilUsable(() => this.login(url), { name: 'rabbitmq', record: started, limit: 60_000 });
    return url;
  },

  /** Removes the virtual host that the launcher made on a broker that is not its own. */
  dropOwned(url) {
    const name = virtualHostIn(url);
    const dropped = control(['delete_vhost', name]);
    if (!dropped.ok && !dropped.text.includes('does not exist')) throw new Error(dropped.text);
    return `virtual host ${name} deleted`;
  },
};

class NoVirtualHost extends Error {
  constructor(url) {
    super(`the broker knows no virtual host "${virtualHostIn(url)}" that this user may use`);
  }
}

/** Credentials are good, but opening the virtual host ends the connection; the client keeps the reason to itself. */
function isAboutVirtualHost(error) {
  return error.message.includes('Expected ConnectionOpenOk');
}

function virtualHostIn(url) {
  return decodeURIComponent(new URL(url).pathname.slice(1)) || '/';
}

function policies() {
  return JSON.parse(fs.readFileSync(policiesFile, 'utf8')).policies;
}

function createVirtualHost(name, user) {
  const steps = [
    ['add_vhost', name],
    ...policies().map((policy) => [
      ...['set_policy', '-p', name, '--priority', String(policy.priority), '--apply-to', policy['apply-to']],
      ...[policy.name, policy.pattern, JSON.stringify(policy.definition)],
    ]),
    // Last: whoever can log in finds everything in place.
    ['set_permissions', '-p', name, user, '.*', '.*', '.*'],
  ];
  for (const step of steps) {
    const done = control(step);
    if (!done.ok && !done.text.includes('already exists')) {
      throw new Error(`rabbitmqctl ${step[0]} failed: ${done.text.split('\n')[0]}`);
    }
  }
}

function control(args) {
  const program = findProgram('rabbitmqctl');
  if (!program) return { ok: false, text: 'rabbitmqctl is not installed' };
  return runProgram(program, ['-q', '--timeout', '20', ...args], { timeout: 30_000 });
}

/** Without a name server of its own, RabbitMQ starts one that outlives it and that others may already use. */
async function startNameServer({ claimPort, runBeside, port }) {
  const erlang = ['/usr/lib/erlang/bin/epmd'];
  const running = runBeside.portOf('epmd');
  const namesPort = running ?? (await claimPort('epmd', port + 2, true));
  const env = { ERL_EPMD_PORT: String(namesPort), ERL_EPMD_ADDRESS: '127.0.0.1' };
  const program = findProgram('epmd', erlang);
  if (program && running === null) {
    await runBeside('epmd', { program, env });
    await isListening(namesPort);
  }
  return env;
}

/** Users, virtual host and policies come from a definitions file: no second tool has to reach the broker. */
function writeSettings(data, port) {
  const vhost = 'caserelay';
  const definitions = {
    users: [{ name: 'guest', password_hash: hashOf('guest'), tags: ['administrator'], limits: {} }],
    vhosts: [{ name: vhost }],
    permissions: [{ user: 'guest', vhost, configure: '.*', write: '.*', read: '.*' }],
    policies: policies().map((policy) => ({ ...policy, vhost })),
  };
  fs.writeFileSync(path.join(data, 'definitions.json'), JSON.stringify(definitions, null, 2));
  fs.writeFileSync(path.join(data, 'enabled_plugins'), '[].\n');
  const settings = [
    `listeners.tcp.1 = 127.0.0.1:${port}`,
    `load_definitions = ${path.join(data, 'definitions.json')}`,
    'log.console = true',
    'log.file = false',
    'disk_free_limit.absolute = 50MB',
    'vm_memory_high_watermark.absolute = 512MB',
  ];
  fs.writeFileSync(path.join(data, 'rabbitmq.conf'), `${settings.join('\n')}\n`);
}

/** RabbitMQ's own form: salt, then SHA-256 of salt and password. */
function hashOf(password) {
  const salt = randomBytes(4);
  const digest = createHash('sha256').update(salt).update(password, 'utf8').digest();
  return Buffer.concat([salt, digest]).toString('base64');
}
