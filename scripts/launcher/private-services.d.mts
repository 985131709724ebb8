export type PrivatePart = 'postgres' | 'redis' | 'rabbitmq';

export interface PrivateServices {
  /** Where each started part is. */
  readonly urls: Record<PrivatePart, string>;
  /** DATABASE_URL, REDIS_URL and AMQP_URL of the started parts. */
  readonly environment: Record<string, string>;
  /** Sends the signal and waits until the part is gone; SIGKILL (the default) takes all its processes at once. */
  kill(name: PrivatePart, signal?: NodeJS.Signals): Promise<void>;
  /** Starts the part again on its port with its data and waits until it lets us in. */
  restart(name: PrivatePart): Promise<void>;
  stop(): Promise<void>;
}

export function startPrivate(options: {
  /** Folder for data, logs and state; removed by the caller. */
  dir: string;
  postgres?: boolean;
  redis?: boolean;
  rabbitmq?: boolean;
  /** Gives up safety on disk for speed; leave it off where a kill must lose nothing. */
  fast?: boolean;
}): Promise<PrivateServices>;
