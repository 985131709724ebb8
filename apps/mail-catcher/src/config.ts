/** Settings of the mail catcher. */
export interface CatcherConfig {
  smtpPort: number;
  httpPort: number;
  /** Where caught mails are kept. */
  folder: string;
  bindAddress?: string;
}

/** Reads the settings; throws with every problem at once. The catcher is no service of the case, so it reads its own. */
export function readConfig(
  // eslint-disable-next-line no-restricted-properties -- the catcher runs without service-host
  environment: Record<string, string | undefined> = process.env,
): Required<CatcherConfig> {
  const problems: string[] = [];
  const port = (name: string, usual: number): number => {
    const found = environment[name] || String(usual);
    if (!/^\d{1,5}$/.test(found) || Number(found) > 65_535)
      problems.push(`${name}: a port from 0 to 65535 is wanted (found "${found}")`);
    return Number(found);
  };
  const config = {
    smtpPort: port('CATCHER_SMTP_PORT', 1025),
    httpPort: port('CATCHER_HTTP_PORT', 8025),
    folder: environment['CATCHER_DIR'] || '.data/caught-mail',
    bindAddress: environment['CATCHER_BIND_ADDRESS'] || '127.0.0.1',
  };
  if (problems.length > 0) throw new Error(`these settings cannot be used:\n${problems.join('\n')}`);
  return config;
}
