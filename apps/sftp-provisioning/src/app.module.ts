import { defineService, type Host } from '@caserelay/service-host';
import { HttpAdapterHost } from '@nestjs/core';
import type { AddressInfo } from 'node:net';
import { EvidenceStore } from './adapters/evidence-store/evidence-store.js';
import { PasswordHasher } from './adapters/password-hasher/password-hasher.js';
import { sealUnder, unsealWith } from './adapters/secret-box/secret-box.js';
import { loadHostKey } from './adapters/sftp-server/host-key.js';
import { SftpServer } from './adapters/sftp-server/sftp-server.js';
import { PasswordHashes1700000300000 } from './adapters/upload-space-store/password-hashes.migration.js';
import { UploadGap1700000200000 } from './adapters/upload-space-store/upload-gap.migration.js';
import { UploadSpaceStore } from './adapters/upload-space-store/upload-space-store.js';
import { UploadSpaceTables1700000100000 } from './adapters/upload-space-store/upload-space-tables.migration.js';
import { UploadStore } from './adapters/upload-space-store/upload-store.js';
import { config } from './config.js';
import { admitCustomer } from './features/admit-customer/admit-customer.js';
import { CloseUploadSpaceConsumer, ClosingNeeds } from './features/close-upload-space/close-upload-space.consumer.js';
import { OpenUploadSpaceConsumer, OpeningNeeds } from './features/open-upload-space/open-upload-space.consumer.js';
import { UploadReception } from './features/receive-uploads/receive-uploads.js';
import { lookForForgottenUploads } from './features/receive-uploads/receive-uploads.timer.js';
import { SpaceFiles } from './features/receive-uploads/space-files.js';
import { ShowCredentialsController, ShowingNeeds } from './features/show-credentials/show-credentials.controller.js';

type ThisHost = Host<typeof config>;

/** The SFTP server while it listens, and what customers are told of it. */
interface Front {
  readonly server: SftpServer;
  readonly told: { host: string; port: number; hostKeyFingerprint: string };
}
const Front = Symbol('Front');

/** Upload spaces: accounts for customers, an SFTP server behind them, and the page that shows their passwords. */
export const sftpProvisioning = defineService({
  name: 'sftp-provisioning',
  config,
  migrations: [UploadSpaceTables1700000100000, UploadGap1700000200000, PasswordHashes1700000300000],
  module: (host) => {
    const passwords = new PasswordHasher();
    return {
      module: class SftpProvisioningModule {},
      controllers: [OpenUploadSpaceConsumer, CloseUploadSpaceConsumer, ShowCredentialsController],
      providers: [
        { provide: Front, useFactory: () => openFront(host, passwords) },
        { provide: OpeningNeeds, useFactory: openingNeeds(host, passwords), inject: [Front, HttpAdapterHost] },
        { provide: ClosingNeeds, useFactory: closingNeeds(host), inject: [Front] },
        { provide: ShowingNeeds, useFactory: showingNeeds(host), inject: [Front] },
      ],
    };
  },
});

async function openFront(host: ThisHost, passwords: PasswordHasher): Promise<Front> {
  const { config, log } = host;
  const reception = receptionOf(host);
  const hostKey = await loadHostKey(config.SFTP_HOST_KEY_FILE);
  const server = new SftpServer({
    hostKey,
    authenticate: (account, password) =>
      admitCustomer(account, password, {
        findByAccount: (name) => new UploadSpaceStore(host.database.manager).findByAccount(name),
        verify: (passwordHash, given) => passwords.verify(passwordHash, given),
      }),
    filesOf: (space) => new SpaceFiles(space, reception),
    mostConnections: config.SFTP_MAX_CONNECTIONS,
    mostConnectionsPerAddress: config.SFTP_MAX_CONNECTIONS_PER_ADDRESS,
    loginMilliseconds: 30_000,
    refusalMilliseconds: 500,
    keepaliveMilliseconds: 15_000,
    log,
  });
  const stopLooking = await lookForForgottenUploads(reception, 30_000, (error) =>
    log.warn({ error }, 'could not look for forgotten uploads'),
  );
  host.onStop(stopLooking);
  const listensOn = await server.listen(config.SFTP_PORT, config.SFTP_BIND_ADDRESS);
  host.onStop(() => server.close());
  host.checkReadiness('sftp', () =>
    server.isListening ? Promise.resolve() : Promise.reject(new Error('the SFTP server does not listen')),
  );
  log.info({ port: listensOn, fingerprint: hostKey.fingerprint }, 'the SFTP server listens');
  const port = config.SFTP_PUBLIC_PORT ?? listensOn;
  return { server, told: { host: config.SFTP_PUBLIC_HOST, port, hostKeyFingerprint: hostKey.fingerprint } };
}

function receptionOf(host: ThisHost): UploadReception {
  return new UploadReception({
    uploads: new UploadStore(host.database.manager),
    transaction: (work) => host.outbox.transaction((tx) => work(new UploadStore(tx))),
    evidence: new EvidenceStore(host.config.EVIDENCE_DIR),
    now: () => host.clock.now(),
    silentMilliseconds: 5_000,
    warn: (message, details) => host.log.warn(details, message),
  });
}

function openingNeeds(host: ThisHost, passwords: PasswordHasher) {
  const { config, clock } = host;
  return ({ told }: Front, http: HttpAdapterHost): OpeningNeeds =>
    (tx) => ({
      spaces: new UploadSpaceStore(tx),
      hashPassword: (password) => passwords.hash(password),
      sealUnder,
      server: told,
      publicUrl: config.PUBLIC_URL?.replace(/\/+$/, '') ?? ownUrl(config, http),
      link: { days: config.LINK_DAYS, maxOpenings: config.LINK_MAX_OPENINGS },
      now: clock.now(),
    });
}

function closingNeeds(host: ThisHost) {
  return ({ server }: Front): ClosingNeeds =>
    (hearing) => ({
      spaces: new UploadSpaceStore(hearing.tx),
      endSessions: (spaceId) => hearing.afterCommit(() => server.endSessions(spaceId)),
      now: host.clock.now(),
    });
}

function showingNeeds(host: ThisHost) {
  return ({ told }: Front): ShowingNeeds => ({
    log: host.log,
    needs: () => ({
      spaces: new UploadSpaceStore(host.database.manager),
      unsealWith,
      server: told,
      now: host.clock.now(),
    }),
  });
}

function ownUrl({ BIND_ADDRESS, HTTP_PORT }: ThisHost['config'], http: HttpAdapterHost): string {
  const server = http.httpAdapter.getHttpServer() as { address(): AddressInfo | string | null };
  const address = server.address();
  const port = HTTP_PORT !== 0 ? HTTP_PORT : address !== null && typeof address === 'object' ? address.port : 0;
  if (port === 0)
    throw new Error('the address of links is not known before the HTTP doors are open; set PUBLIC_URL or HTTP_PORT');
  return `http://${BIND_ADDRESS.includes(':') ? `[${BIND_ADDRESS}]` : BIND_ADDRESS}:${port}`;
}
