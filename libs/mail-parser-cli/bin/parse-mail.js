#!/usr/bin/env node
import { stderr, stdin, stdout } from 'node:process';

const { run } = await import('../dist/index.js').catch((error) => {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  stderr.write('parse-mail is not built yet: run "npm run build" first\n');
  process.exit(2);
});

// Whoever reads the output may stop early, as `head` does; that is no fault.
stdout.on('error', (error) => process.exit(error.code === 'EPIPE' ? 0 : 2));

process.exitCode = await run(process.argv.slice(2), { stdin, stdout, stderr });
