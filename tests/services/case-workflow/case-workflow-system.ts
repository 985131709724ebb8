import { caseWorkflow } from '@caserelay/case-workflow';
import type { AnyEvent } from '@caserelay/contracts';
import { runService, type RunningService } from '@caserelay/service-host';
import { connect, type ConfirmChannel } from 'amqplib';
import { aSystem, type System } from '../../support/system.js';
import { until } from '../../support/until.js';

/** Opens the doors of people in these tests. */
export const key = 'a-key-that-opens-doors';

/** case-workflow on real parts, and everything that its cases tell. */
export interface CaseWorkflowSystem {
  readonly system: System;
  readonly service: RunningService;
  readonly channel: ConfirmChannel;
  readonly heard: AnyEvent[];
  remove(): Promise<void>;
}

export async function aCaseWorkflow(): Promise<CaseWorkflowSystem> {
  const system = await aSystem({ CASES_API_KEY: key });
  const service = await runService(caseWorkflow, system.environment);
  await until('the service is ready', async () => (await fetch(`${service.url}/health/ready`)).ok);
  const connection = await connect(system.environment['AMQP_URL'] as string);
  const channel = await connection.createConfirmChannel();
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, service.host.topology.events, 'case.#');
  const heard: AnyEvent[] = [];
  await channel.consume(
    queue,
    (message) => {
      if (message) heard.push(JSON.parse(message.content.toString()) as AnyEvent);
    },
    { noAck: true },
  );
  const remove = async (): Promise<void> => {
    await service.stop();
    await connection.close();
    await system.remove();
  };
  return { system, service, channel, heard, remove };
}
