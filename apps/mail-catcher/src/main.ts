import { readConfig } from './config.js';
import { startMailCatcher } from './mail-catcher.js';

const catcher = await startMailCatcher(readConfig());
process.stdout.write(
  `${JSON.stringify({ msg: 'mail catcher is up', smtpPort: catcher.smtpPort, url: catcher.url })}\n`,
);
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void catcher.stop());
