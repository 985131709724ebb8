import type { AnyEvent, LetterTopic } from '@caserelay/contracts';
import { startMailCatcher } from '@caserelay/mail-catcher';
import { Clock } from '@caserelay/service-host';
import { join } from 'node:path';
import { startProcesses, freePort, type CaseRelayProcesses } from './caserelay-processes.js';
import {
  doesTheSame,
  judge,
  replacementOf,
  isStillWritten,
  type CaughtLetter,
  type Verdict,
} from './hand-written-mails.js';
import { openCredentialLink, sendMail, upload, type Credentials } from './people.js';
import { inputsOf, type Input } from './thread-inputs.js';
import { isHandWritten, readThread, type Thread, type ThreadMail } from './thread.js';
import { until } from './until.js';

/** One line of the case's timeline, as the console gives it. */
export interface TimelineEntry {
  eventId: string;
  at: string;
  type: AnyEvent['type'];
  source: string;
  headline: { zh: string; en: string };
  data: Record<string, unknown>;
}

export interface PlayOptions {
  parts: { DATABASE_URL: string; REDIS_URL: string; AMQP_URL: string };
  namespace: string;
  folder: string;
  separate: boolean;
  /** How many times faster than the wall the case lives. */
  speed: number;
  environment?: Record<string, string>;
  /** Runs at the same time as each input; chaos does its work here. */
  alongside?: (index: number, processes: CaseRelayProcesses) => Promise<void>;
  onInput?: (input: Input, now: Date) => void;
  onTimeline?: (entry: TimelineEntry) => void;
  /** A hand-written mail of the thread has just become needless. */
  onReplaced?: (verdict: Verdict, now: Date) => void;
  onReady?: (processes: CaseRelayProcesses) => void;
}

/** What a play brought about; every value was read from the running system or from the mail server. */
export interface PlayResult {
  thread: Thread;
  caseId: string;
  phase: string;
  timeline: TimelineEntry[];
  letters: CaughtLetter[];
  /** Message-IDs that the mail server took more than once. */
  doubled: string[];
  verdicts: Verdict[];
  deadLetters: unknown[];
  credentials: Credentials;
  uploads: { name: string; sha256: string }[];
  /** Everything that was mailed, for the search after secrets. */
  mailedText: string;
}

const day = 86_400_000;

/**
 * Lets people live the thread with a running CaseRelay, from the first mail until the case is archived. People act at
 * the thread's times on the case clock, but not before they have got what they waited for, as in life; when it does
 * not come within three days of the case clock, they act all the same.
 */
export async function playThread(options: PlayOptions): Promise<PlayResult> {
  const thread = readThread();
  const inputs = inputsOf(thread);
  const first = inputs[0] as Input;
  const httpPort = await freePort();
  const catcher = await startMailCatcher({ smtpPort: 0, httpPort, folder: join(options.folder, 'caught-mail') });
  const startedAt = new Date(Date.now() + 6_000);
  const clock = new Clock({ speed: options.speed, startsAt: first.at, startedAt });
  const catcherUrl = `http://127.0.0.1:${httpPort}`;
  let processes: CaseRelayProcesses | null = null;
  try {
    processes = await startProcesses({
      environment: {
        ...options.parts,
        NAMESPACE: options.namespace,
        CLOCK_SPEED: String(options.speed),
        CLOCK_STARTS_AT: first.at.toISOString(),
        CLOCK_STARTED_AT: startedAt.toISOString(),
        MAIL_DOMAIN: 'support.example',
        SENIOR_ENGINEER: '二线工程师 <l2@support.example>',
        TEAM_ADDRESS: 'team@support.example',
        SERVICE_PHONE: '400-818-0055',
        // Real seconds, which the case's clock would make days of.
        UPLOAD_SETTLE_SECONDS: '0.2',
        ...options.environment,
      },
      separate: options.separate,
      folder: options.folder,
      smtpPortOfCatcher: catcher.smtpPort,
      sentLookupUrl: `${catcherUrl}/api/messages`,
    });
    options.onReady?.(processes);
    return await new Play(options, thread, inputs, clock, processes, catcherUrl).run();
  } finally {
    await processes?.stop();
    await catcher.stop();
  }
}

interface CaughtMessage {
  id: string;
  messageId: string;
  to: string[];
  receivedAt: string;
  text: string;
}

class Play {
  private readonly doneAt = new Map<Input, Date>();
  private readonly timeline = new Map<string, TimelineEntry>();
  private caseId: string | null = null;
  private credentials: Credentials | null = null;
  private readonly uploads: { name: string; sha256: string }[] = [];
  private readonly announced = new Set<number>();

  constructor(
    private readonly options: PlayOptions,
    private readonly thread: Thread,
    private readonly inputs: Input[],
    private readonly clock: Clock,
    private readonly processes: CaseRelayProcesses,
    private readonly catcherUrl: string,
  ) {}

  async run(): Promise<PlayResult> {
    const watching = new AbortController();
    const watch = this.watch(watching.signal);
    try {
      for (const [index, input] of this.inputs.entries()) {
        await this.waitForTime(input.at);
        await this.waitForWhatPeopleExpect(input);
        this.doneAt.set(input, new Date());
        this.options.onInput?.(input, this.clock.now());
        await Promise.all([this.act(input), this.options.alongside?.(index, this.processes)]);
      }
      await until('the case is archived', () => this.isArchived(), 120_000);
      await until('every letter of the case is sent', async () => this.everyLetterIsCaught(), 60_000);
      return await this.result();
    } finally {
      watching.abort();
      await watch;
    }
  }

  private async act(input: Input): Promise<void> {
    if (input.ticket) await this.postTicket(input.ticket);
    for (const file of input.uploads) {
      this.credentials ??= await openCredentialLink(
        await this.letterWith('upload-credentials', 'contact@partner.example'),
      );
      this.uploads.push({ name: file.name, sha256: await upload(this.credentials, file.name, file.bytes) });
    }
    if (input.mail) await this.writeMail(input.mail);
  }

  private async postTicket(data: Record<string, unknown>): Promise<void> {
    await until(
      'the ticket is taken',
      async () => {
        const response = await fetch(`${this.processes.intakeUrl}/v1/events`, {
          method: 'POST',
          headers: {
            'content-type': 'application/cloudevents+json',
            authorization: `Bearer ${this.processes.intakeKey}`,
          },
          body: JSON.stringify({ specversion: '1.0', id: 'ticket-1', source: '/crm', type: 'ticket.registered', data }),
          signal: AbortSignal.timeout(5_000),
        });
        if (response.status >= 400 && response.status < 500)
          throw new Error(`the ticket was refused: ${await response.text()}`);
        return response.ok;
      },
      60_000,
    );
  }

  /** People answer the last letter they got, with its text below theirs. */
  private async writeMail(mail: ThreadMail): Promise<void> {
    const letters = await this.letters();
    const last =
      mail.label === 'answer'
        ? letters.filter((letter) => letter.topics.includes('customer-question')).at(-1)
        : letters.filter((letter) => letter.to === mail.from.address).at(-1);
    const quote = last
      ? `\n\n------------------ 原始邮件 ------------------\n${last.text.split('\n').slice(0, 25).join('\n')}`
      : '';
    await sendMail(this.processes.smtpPort, {
      from: mail.from,
      to: 'case@support.example',
      subject: this.thread.subject,
      text: `${mail.text}${quote}`,
      date: mail.sentAt,
      messageId: `<thread-${mail.n}@${mail.from.address.split('@')[1] ?? 'example'}>`,
      inReplyTo: last?.messageId ?? null,
    });
  }

  private async waitForTime(at: Date): Promise<void> {
    const wait = this.clock.realMillisecondsUntil(at);
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  }

  /** In the thread people wrote after they had got the centre's mails; here after what does the same has come. */
  private async waitForWhatPeopleExpect(input: Input): Promise<void> {
    const expected = this.thread.mails.filter(
      (mail) =>
        mail.n < input.n &&
        isHandWritten(mail) &&
        !isStillWritten(mail) &&
        replacementOf(mail) !== null &&
        this.inputBefore(mail) !== null,
    );
    if (input.n <= 2) return;
    const giveUpAt = Date.now() + Math.max((3 * day) / this.options.speed, 4_000);
    while (Date.now() < giveUpAt) {
      const letters = await this.letters().catch(() => []);
      const missing = expected.filter((mail) => {
        const { from, to } = this.windowOf(mail);
        if (to < new Date()) return false;
        const sameBefore = expected.filter(
          (other) => other.n < mail.n && other.label === mail.label && this.windowOf(other).from >= from,
        ).length;
        return letters.filter((letter) => letter.caughtAt >= from && doesTheSame(letter, mail)).length <= sameBefore;
      });
      if (missing.length === 0) return;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  private inputBefore(mail: ThreadMail): Input | null {
    return (
      this.inputs.filter((input) => input.n < mail.n || (input.n === mail.n && input.ticket !== null)).at(-1) ?? null
    );
  }

  /** From the last thing that people did before the mail was written to the next thing they did after it. */
  private windowOf(mail: ThreadMail): { from: Date; to: Date } {
    const farAway = new Date(8.64e15);
    const before = this.inputs.filter((input) => input.mail !== null && input.n < mail.n).at(-1);
    const after = this.inputs.find((input) => input.mail !== null && input.n > mail.n);
    return {
      from: before ? (this.doneAt.get(before) ?? farAway) : new Date(0),
      to: (after && this.doneAt.get(after)) ?? farAway,
    };
  }

  private async letters(): Promise<CaughtLetter[]> {
    const caught = await this.caught();
    const topics = new Map(
      [...this.timeline.values()]
        .filter((entry) => entry.type === 'letter.sent')
        .map((entry) => [String(entry.data['messageId']), entry.data['topics'] as LetterTopic[]]),
    );
    return caught.map((message) => ({
      messageId: message.messageId,
      to: message.to[0] ?? '',
      topics: topics.get(message.messageId) ?? [],
      text: message.text,
      caughtAt: new Date(message.receivedAt),
    }));
  }

  private async letterWith(topic: LetterTopic, to: string): Promise<CaughtLetter> {
    return await until(
      `a letter about ${topic}`,
      async () => (await this.letters()).find((letter) => letter.topics.includes(topic) && letter.to === to),
      30_000,
    );
  }

  private async caught(): Promise<CaughtMessage[]> {
    const response = await fetch(`${this.catcherUrl}/api/messages`);
    const { messages } = (await response.json()) as { messages: CaughtMessage[] };
    return messages.sort((one, other) => one.receivedAt.localeCompare(other.receivedAt));
  }

  private async console<Answer>(path: string): Promise<Answer> {
    const response = await fetch(`${this.processes.consoleUrl}${path}`, {
      headers: { authorization: this.processes.consoleLogin },
      signal: AbortSignal.timeout(5_000),
    });
    if (!response.ok) throw new Error(`the console answered ${response.status} for ${path}`);
    return (await response.json()) as Answer;
  }

  /** Reads the case's timeline again and again and tells what is new. */
  private async watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.look();
      } catch {
        // The console may be down for a moment; the timeline waits.
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  private async look(): Promise<{ phase: string }> {
    this.caseId ??= (await this.console<{ cases: { caseId: string }[] }>('/v1/cases')).cases[0]?.caseId ?? null;
    if (this.caseId === null) return { phase: 'unopened' };
    const { summary, timeline } = await this.console<{ summary: { phase: string }; timeline: TimelineEntry[] }>(
      `/v1/cases/${this.caseId}`,
    );
    const fresh = timeline.filter((entry) => !this.timeline.has(entry.eventId));
    for (const entry of fresh) {
      this.timeline.set(entry.eventId, entry);
      this.options.onTimeline?.(entry);
    }
    if (fresh.some((entry) => entry.type === 'letter.sent')) await this.announceReplaced();
    return summary;
  }

  private async announceReplaced(): Promise<void> {
    const verdicts = judge(this.thread, await this.letters(), (mail) => this.windowOf(mail));
    for (const verdict of verdicts) {
      if (verdict.by === null || this.announced.has(verdict.mail.n)) continue;
      this.announced.add(verdict.mail.n);
      this.options.onReplaced?.(verdict, this.clock.now());
    }
  }

  private async isArchived(): Promise<boolean> {
    return (await this.look()).phase === 'archived';
  }

  private async everyLetterIsCaught(): Promise<boolean> {
    await this.look();
    const entries = [...this.timeline.values()];
    const closing = entries.some(
      (entry) => entry.type === 'letter.sent' && (entry.data['topics'] as string[]).includes('case-summary'),
    );
    const closed = entries.some((entry) => entry.type === 'upload-space.closed');
    return closing && closed;
  }

  private async result(): Promise<PlayResult> {
    const caught = await this.caught();
    const letters = await this.letters();
    const ids = caught.map((message) => message.messageId);
    const { deadLetters } = await this.console<{ deadLetters: unknown[] }>('/v1/dead-letters');
    if (this.caseId === null || this.credentials === null)
      throw new Error('the play ended without a case or without credentials');
    return {
      thread: this.thread,
      caseId: this.caseId,
      phase: (await this.look()).phase,
      timeline: [...this.timeline.values()],
      letters,
      doubled: ids.filter((id, index) => ids.indexOf(id) !== index),
      verdicts: judge(this.thread, letters, (mail) => this.windowOf(mail)),
      deadLetters,
      credentials: this.credentials,
      uploads: this.uploads,
      mailedText: caught.map((message) => message.text).join('\n'),
    };
  }
}
