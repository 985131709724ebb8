import fs from 'node:fs';
import path from 'node:path';

/** Puts the policies beside this file into a broker through its management API. */
const { MANAGEMENT_URL, RABBITMQ_USER, RABBITMQ_PASSWORD } = process.env;
const { policies } = JSON.parse(fs.readFileSync(path.join(import.meta.dirname, 'policies.json'), 'utf8'));
const authorization = `Basic ${Buffer.from(`${RABBITMQ_USER}:${RABBITMQ_PASSWORD}`).toString('base64')}`;

for (const { vhost, name, ...policy } of policies) {
  const url = `${MANAGEMENT_URL}/api/policies/${encodeURIComponent(vhost)}/${encodeURIComponent(name)}`;
  const answer = await fetch(url, {
    method: 'PUT',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify(policy),
  });
  if (!answer.ok) throw new Error(`PUT ${url} was answered ${answer.status}: ${await answer.text()}`);
  console.log(`policy ${name} is set on virtual host ${vhost}`);
}
