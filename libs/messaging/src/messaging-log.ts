/** The part of a logger that messaging uses; pino has it. */
export interface MessagingLog {
  info(facts: object, text: string): void;
  warn(facts: object, text: string): void;
  error(facts: object, text: string): void;
}
