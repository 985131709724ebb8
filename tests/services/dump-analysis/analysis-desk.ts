import { AnyEvent, type EventOf } from '@caserelay/contracts';
import { dumpAnalysis } from '@caserelay/dump-analysis';
import { topologyOf } from '@caserelay/messaging';
import { runService, type RunningService } from '@caserelay/service-host';
import { connect, type ChannelModel, type ConfirmChannel } from 'amqplib';
import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { aSystem, type System } from '../../support/system.js';
import { until } from '../../support/until.js';
import { putEvidence } from '../../support/evidence.js';

export type Answer = EventOf<'dump.analysed'> | EventOf<'dump.unreadable'> | EventOf<'evidence.recognised'>;

export interface Upload {
  caseId: string;
  uploadId: string;
  location: string;
  request: EventOf<'case.analysis-requested'>;
}

/** The service on the real parts, and somebody who asks it and hears its answers. */
export class AnalysisDesk {
  private readonly heard: Answer[] = [];
  private running: RunningService | null = null;

  private constructor(
    readonly system: System,
    private readonly connection: ChannelModel,
    private readonly channel: ConfirmChannel,
  ) {}

  static async open(settings: Record<string, string>): Promise<AnalysisDesk> {
    const system = await aSystem({ ANALYSIS_LOOK_SECONDS: '0.3', ANALYSIS_PAUSE_SECONDS: '0.1', ...settings });
    const connection = await connect(system.environment['AMQP_URL'] as string);
    const desk = new AnalysisDesk(system, connection, await connection.createConfirmChannel());
    await desk.start();
    await desk.listen();
    return desk;
  }

  get schema(): string {
    return this.system.schema('dump-analysis');
  }

  get service(): RunningService {
    if (!this.running) throw new Error('the service does not run');
    return this.running;
  }

  /** Starts the service, with other settings if given. */
  async start(settings: Record<string, string> = {}): Promise<void> {
    const service = await runService(dumpAnalysis, { ...this.system.environment, ...settings });
    this.running = service;
    await until('dump-analysis is ready', async () => (await fetch(`${service.url}/health/ready`)).ok);
  }

  async stop(): Promise<void> {
    await this.running?.stop();
    this.running = null;
  }

  async close(): Promise<void> {
    await this.stop();
    await this.connection.close();
    await this.system.remove();
    await until('no process reads any more', async () => (await childrenOfThis()).length === 0);
  }

  /** Puts a file into the evidence store, as the upload service does, and asks for it to be read. */
  async ask(name: string, content: Uint8Array, caseId: string = randomUUID()): Promise<Upload> {
    const uploadId = randomUUID();
    const location = `uploads/${caseId}/${uploadId}/${name}`;
    await putEvidence(this.system.environment, location, content);
    const request: Upload['request'] = {
      ...{ specversion: '1.0', id: randomUUID(), source: '/caserelay/case-workflow', subject: caseId },
      ...{ time: new Date().toISOString(), type: 'case.analysis-requested' },
      data: {
        ...{ uploadId, name, bytes: content.length, location },
        sha256: createHash('sha256').update(content).digest('hex'),
      },
    };
    const { events } = topologyOf(this.system.namespace);
    this.channel.publish(events, request.type, Buffer.from(JSON.stringify(request)), {
      ...{ persistent: true, messageId: request.id, contentType: 'application/cloudevents+json' },
    });
    await this.channel.waitForConfirms();
    return { caseId, uploadId, location, request };
  }

  answerTo({ uploadId }: Upload, limit = 30_000): Promise<Answer> {
    return until(`an answer about ${uploadId}`, () => this.heard.find(({ data }) => data.uploadId === uploadId), limit);
  }

  async read(name: string, content: Uint8Array, caseId?: string): Promise<Answer> {
    return await this.answerTo(await this.ask(name, content, caseId));
  }

  /** How often an answer was heard. */
  answersTo({ uploadId }: Upload): number {
    return this.heard.filter(({ data }) => data.uploadId === uploadId).length;
  }

  async rowOf({
    uploadId,
  }: Upload): Promise<
    { state: string; attempts: number; last_fault: string | null; progress: { stage: string } | null } | undefined
  > {
    const [row] = await this.system.query<{
      state: string;
      attempts: number;
      last_fault: string | null;
      progress: { stage: string } | null;
    }>(`select state, attempts, last_fault, progress from ${this.schema}.analysis where upload_id = $1`, [uploadId]);
    return row;
  }

  private async listen(): Promise<void> {
    const { queue } = await this.channel.assertQueue('', { exclusive: true });
    for (const type of ['dump.analysed', 'dump.unreadable', 'evidence.recognised'])
      await this.channel.bindQueue(queue, topologyOf(this.system.namespace).events, type);
    await this.channel.consume(
      queue,
      (message) => {
        if (message) this.heard.push(AnyEvent.parse(JSON.parse(message.content.toString())) as Answer);
      },
      { noAck: true },
    );
  }
}

/** Processes that this one started and that still run, as Linux shows them; elsewhere none are seen. */
async function childrenOfThis(): Promise<string[]> {
  const children = await readFile(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').catch(() => '');
  const commands = await Promise.all(
    children
      .split(' ')
      .filter(Boolean)
      .map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return commands.filter((command) => command.includes('reading-process.js'));
}
