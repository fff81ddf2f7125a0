import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What a worker process can do. Inputs and outputs are plain data. */
export type Methods = Readonly<Record<string, (input: never) => unknown>>;

type Input<M> = M extends (input: infer I) => unknown ? I : never;
type Output<M> = M extends (input: never) => infer O ? Awaited<O> : never;

interface Asked {
  readonly id: number;
  readonly method: string;
  readonly input: unknown;
}
type Answered =
  | { readonly id: number; readonly ok: true; readonly output: unknown }
  | { readonly id: number; readonly ok: false; readonly error: string };

/** A measured side in a process of its own, so that its CPU, memory and event loop are its own. */
export class Worker<M extends Methods> {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: Answered) => void>();
  readonly #exited: Promise<void>;
  #last = 0;

  constructor(entry: URL, options: { execArgv?: readonly string[]; env?: NodeJS.ProcessEnv } = {}) {
    this.#child = fork(fileURLToPath(entry), [], {
      serialization: 'advanced',
      execArgv: [...(options.execArgv ?? [])],
      env: { ...process.env, ...options.env },
    });
    this.#child.on('message', (message) => {
      const answer = message as Answered;
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
    this.#exited = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => {
        const error = `the worker ended: ${code ?? signal}`;
        for (const [id, settle] of this.#waiting) settle({ id, ok: false, error });
        this.#waiting.clear();
        resolve();
      });
    });
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('the worker did not start');
    return this.#child.pid;
  }

  ask<K extends keyof M & string>(method: K, input: Input<M[K]>): Promise<Output<M[K]>> {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, (answer) => {
        if (answer.ok) resolve(answer.output as Output<M[K]>);
        else reject(new Error(`${method}: ${answer.error}`));
      });
      this.#child.send({ id, method, input } satisfies Asked);
    });
  }

  /** Asks it to end and waits until it has. */
  async end(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    await this.#exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}

/** Makes this process a worker. It ends when its parent lets it go, after `atEnd`. */
export function serve(methods: Methods, atEnd: () => Promise<void> = async () => undefined): void {
  const answer = async ({ id, method, input }: Asked): Promise<Answered> => {
    try {
      const work = methods[method] as ((input: unknown) => unknown) | undefined;
      if (!work) throw new Error('no such method');
      return { id, ok: true, output: await work(input) };
    } catch (error) {
      return { id, ok: false, error: said(error) };
    }
  };
  process.on('message', (message) => {
    void answer(message as Asked).then((sent) => process.connected && process.send?.(sent));
  });
  process.once('disconnect', () => {
    atEnd().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${said(error)}\n`);
        process.exit(1);
      },
    );
  });
}

function said(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const details = 'details' in error ? ` ${JSON.stringify(error.details)}` : '';
  return `${error.stack ?? error.message}${details}`;
}
