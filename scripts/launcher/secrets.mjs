import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

const word = () => randomBytes(18).toString('base64url');
const makers = {
  INTAKE_API_KEY: word,
  SPACES_API_KEY: word,
  CASES_API_KEY: word,
  WEBHOOKS_API_KEY: word,
  // Lies beside the database, not in it.
  WEBHOOK_SECRET_KEY: () => randomBytes(32).toString('base64url'),
  CONSOLE_PASSWORD: word,
  // Lies beside the evidence store, not in it: a copy of the store alone tells nothing.
  EVIDENCE_KEY: () => randomBytes(32).toString('base64url'),
  CUSTOMER_PAGE_KEY: () => randomBytes(32).toString('base64url'),
  POSTGRES_PASSWORD: word,
  REDIS_PASSWORD: word,
  RABBITMQ_PASSWORD: word,
};

/** The passwords and keys of this data folder: made once, kept in `secrets.json`, readable by its owner only. */
export function loadSecrets(folder) {
  const file = path.join(folder, 'secrets.json');
  const kept = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : {};
  const whole = Object.fromEntries(Object.entries(makers).map(([name, make]) => [name, kept[name] ?? make()]));
  if (Object.keys(makers).some((name) => kept[name] === undefined)) {
    fs.mkdirSync(folder, { recursive: true });
    const draft = `${file}.${process.pid}`;
    fs.writeFileSync(draft, `${JSON.stringify(whole, null, 2)}\n`, { mode: 0o600 });
    fs.renameSync(draft, file);
  }
  return whole;
}
