// Asks something of a case over AMQP and waits for the outcome:
//   node docs/examples/ask-a-case.mjs CMIT:0001409 '{"type":"note","by":{"name":"Ann","address":"ann@crm.example"},"text":"…"}'
// AMQP_URL says where the broker is, NAMESPACE is that of CaseRelay.
import { connect } from 'amqplib';
import { randomUUID } from 'node:crypto';

const { AMQP_URL = 'amqp://guest:guest@127.0.0.1:5672', NAMESPACE = 'caserelay' } = process.env;
const [trackingToken, command] = process.argv.slice(2);
const event = {
  specversion: '1.0',
  // Sent again under the same id and source it counts once: keep both until there is an answer.
  id: randomUUID(),
  source: 'https://crm.example/tickets',
  type: 'command.requested',
  data: { trackingToken, command: JSON.parse(command) },
};

const connection = await connect(AMQP_URL);
const channel = await connection.createConfirmChannel();

// First listen, then ask: the outcome may be told before the answer is here.
const outcomes = await channel.assertQueue('', { exclusive: true });
await channel.bindQueue(outcomes.queue, `${NAMESPACE}.events`, 'case.command-carried-out');
await channel.bindQueue(outcomes.queue, `${NAMESPACE}.events`, 'case.command-refused');
const outcome = await first(outcomes.queue, ({ data }) => data.source === event.source && data.eventId === event.id);
const answer = await first('amq.rabbitmq.reply-to', () => true);

channel.publish(`${NAMESPACE}.inbox`, event.type, Buffer.from(JSON.stringify(event)), {
  persistent: true,
  mandatory: true,
  replyTo: 'amq.rabbitmq.reply-to',
});
await channel.waitForConfirms();

const { status, detail, caseNumber } = await answer.message;
if (status === 202) {
  console.log(`taken for ${caseNumber}`);
  const { type, data } = await outcome.message;
  if (type === 'case.command-carried-out') console.log(`done: ${data.events.join(', ') || 'it was so already'}`);
  else console.log(`refused: ${data.problem.reason.en} / ${data.problem.reason['zh-CN']}`);
} else console.log(`not taken (${status}): ${detail}`);
await connection.close();

/** Listens to a queue; `message` comes once there is one that fits. */
async function first(queue, fits) {
  let found;
  const message = new Promise((resolve) => (found = resolve));
  const look = ({ content }) => {
    const told = JSON.parse(content.toString());
    if (fits(told)) found(told);
  };
  await channel.consume(queue, look, { noAck: true });
  return { message };
}
