import { defineService, type Host } from '@caserelay/service-host';
import { HttpAdapterHost } from '@nestjs/core';
import type { AddressInfo } from 'node:net';
import { showLoad } from './adapters/front-process/front-metrics.js';
import { FrontProcess } from './adapters/front-process/front-process.js';
import { PasswordHasher } from './adapters/password-hasher/password-hasher.js';
import { sealUnder, unsealWith } from './adapters/secret-box/secret-box.js';
import { PasswordHashes1700000300000 } from './adapters/upload-space-store/password-hashes.migration.js';
import { UploadGap1700000200000 } from './adapters/upload-space-store/upload-gap.migration.js';
import { UploadSpaceStore } from './adapters/upload-space-store/upload-space-store.js';
import { UploadSpaceTables1700000100000 } from './adapters/upload-space-store/upload-space-tables.migration.js';
import { config } from './config.js';
import { CloseUploadSpaceConsumer, ClosingNeeds } from './features/close-upload-space/close-upload-space.consumer.js';
import { OpenUploadSpaceConsumer, OpeningNeeds } from './features/open-upload-space/open-upload-space.consumer.js';
import { ShowCredentialsController, ShowingNeeds } from './features/show-credentials/show-credentials.controller.js';

type ThisHost = Host<typeof config>;

/** The process that receives uploads, and what customers are told of it. */
interface Front {
  readonly process: Pick<FrontProcess<ThisHost['config']>, 'endSessions'>;
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
        { provide: Front, useFactory: () => openFront(host) },
        { provide: OpeningNeeds, useFactory: openingNeeds(host, passwords), inject: [Front, HttpAdapterHost] },
        { provide: ClosingNeeds, useFactory: closingNeeds(host), inject: [Front] },
        { provide: ShowingNeeds, useFactory: showingNeeds(host), inject: [Front] },
      ],
    };
  },
});

async function openFront(host: ThisHost): Promise<Front> {
  const { config, log, clock } = host;
  const front = new FrontProcess({
    settings: config,
    clock: () => ({ speed: clock.speed, startsAt: clock.now(), startedAt: new Date() }),
    onTold: () => host.wakeRelay(),
    stopMilliseconds: config.STOP_SECONDS * 800,
    log,
  });
  host.onStop(() => front.stop());
  const listening = await front.open();
  host.checkReadiness('sftp', () =>
    front.isReady ? Promise.resolve() : Promise.reject(new Error('the SFTP front does not listen')),
  );
  showLoad(host.metrics, front);
  const port = config.SFTP_PUBLIC_PORT ?? listening.port;
  const { hostKeyFingerprint } = listening;
  return { process: front, told: { host: config.SFTP_PUBLIC_HOST, port, hostKeyFingerprint } };
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
  return ({ process }: Front): ClosingNeeds =>
    (hearing) => ({
      spaces: new UploadSpaceStore(hearing.tx),
      endSessions: (spaceId) => hearing.afterCommit(() => process.endSessions(spaceId)),
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
