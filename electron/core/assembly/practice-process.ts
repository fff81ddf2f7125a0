import { OperationError } from '../../../shared/errors/operation-error.ts';
import { nodeHttp } from '../kernel/node-http.ts';
import type { ChildChannel, HostPorts } from '../ports.ts';

/**
 * As long as a start, and an orderly end, may take. Milliseconds. Nobody starts one again that was
 * given up, and on a computer with much to do a start has taken more than 15 s.
 */
const startPatience = 60_000;
const endPatience = 3_000;
const answerPatience = 2_000;

/** Where a practice KMS that this process started can be reached. */
export interface PracticeAddress {
  readonly url: string;
  readonly controlUrl: string;
}

/** What the practice KMS tells whoever launched it (electron/practice/kms/launcher-line.ts). */
type Told =
  | ({ readonly practiceKms: 'ready' } & PracticeAddress)
  | { readonly practiceKms: 'failed'; readonly problem: string };

/** The practice KMS of one keystore, as a child process: started once, ended with the keystore. */
export class PracticeProcess {
  readonly #ports: Pick<HostPorts, 'clock' | 'launcher' | 'log'>;
  readonly #dataFile: string;
  readonly #onEnd: () => void;
  #child: ChildChannel | null = null;
  #starting: Promise<PracticeAddress> | null = null;
  #address: PracticeAddress | null = null;

  constructor(
    ports: Pick<HostPorts, 'clock' | 'launcher' | 'log'>,
    dataFile: string,
    onEnd: () => void,
  ) {
    this.#ports = ports;
    this.#dataFile = dataFile;
    this.#onEnd = onEnd;
  }

  /** Null while none runs. */
  get address(): PracticeAddress | null {
    return this.#address;
  }

  /** @throws OperationError PRACTICE_NOT_STARTED */
  start(): Promise<PracticeAddress> {
    this.#starting ??= this.#launch().catch((error: unknown) => {
      this.#starting = null;
      throw error;
    });
    return this.#starting;
  }

  /** Resolves when a start that is under way is over, whatever came of it. */
  async settled(): Promise<void> {
    await this.#starting?.catch(() => undefined);
  }

  async stop(): Promise<void> {
    await this.settled();
    const child = this.#child;
    if (child === null) return;
    this.#forget(child);
    const over = Promise.withResolvers<void>();
    child.onExit(() => over.resolve());
    child.kill('SIGTERM');
    if (await this.#within(over.promise, endPatience)) return;
    child.kill('SIGKILL');
    await over.promise;
  }

  /** How many calls it has journalled; null where it does not say. */
  async calls(): Promise<number | null> {
    if (this.#address === null) return null;
    const answer = await fetchJson(new URL('/journal/size', this.#address.controlUrl));
    const size = (answer as { readonly size?: unknown } | null)?.size;
    return typeof size === 'number' ? size : null;
  }

  async #launch(): Promise<PracticeAddress> {
    const words = ['--port', '0', '--control-port', '0', '--data', this.#dataFile];
    const child = this.#ports.launcher.launch('practice-kms', {
      KEYREEVE_PRACTICE_WORDS: JSON.stringify(words),
    });
    this.#child = child;
    const told = Promise.withResolvers<Told>();
    child.onMessage((message) => {
      if (isTold(message)) told.resolve(message);
    });
    child.onExit(({ code, signal }) => {
      told.resolve({ practiceKms: 'failed', problem: `it ended with ${signal ?? code ?? 'no'}` });
      if (this.#child !== child) return;
      this.#ports.log.log('warn', 'practice-kms-ended', { code, signal });
      this.#forget(child);
      this.#onEnd();
    });
    // It answers when it is ready; its line may be handed over before that or after.
    child.send({ practiceKms: 'tell' });
    const answer = await this.#within(told.promise, startPatience);
    if (answer?.value.practiceKms === 'ready') {
      const { url, controlUrl } = answer.value;
      this.#address = { url, controlUrl };
      return this.#address;
    }
    this.#forget(child);
    child.kill('SIGKILL');
    const problem = answer?.value.practiceKms === 'failed' ? answer.value.problem : 'no answer';
    this.#ports.log.log('error', 'practice-kms-not-started', { problem });
    throw new OperationError('PRACTICE_NOT_STARTED', { problem });
  }

  #forget(child: ChildChannel): void {
    if (this.#child !== child) return;
    this.#child = null;
    this.#address = null;
    this.#starting = null;
  }

  /** Null when it took longer. */
  async #within<T>(work: Promise<T>, ms: number): Promise<{ readonly value: T } | null> {
    const enough = new AbortController();
    const late = this.#ports.clock.sleep(ms, enough.signal).then(
      () => null,
      () => null,
    );
    const done = work.then((value) => ({ value }));
    return Promise.race([done, late]).finally(() => enough.abort());
  }
}

function isTold(message: unknown): message is Told {
  const kind = (message as { readonly practiceKms?: unknown } | null)?.practiceKms;
  return kind === 'ready' || kind === 'failed';
}

/** One small JSON answer from a loopback address; null where there is none. */
export function fetchJson(url: URL): Promise<unknown> {
  return new Promise((resolve) => {
    const none = (): void => resolve(null);
    const call = nodeHttp.request(url, { timeout: answerPatience, agent: false }, (reply) => {
      const parts: Buffer[] = [];
      let size = 0;
      reply.on('data', (part: Buffer) => {
        size += part.length;
        if (size > 65_536) call.destroy();
        else parts.push(part);
      });
      reply.on('error', none);
      reply.on('end', () => {
        try {
          resolve(JSON.parse(Buffer.concat(parts).toString('utf8')));
        } catch {
          resolve(null);
        }
      });
    });
    call.on('timeout', () => call.destroy());
    call.on('error', none);
    call.end();
  });
}
