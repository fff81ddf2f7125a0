import { findOperation } from '../../shared/contract/index.ts';
import type { Change } from '../../shared/contract/session.ts';
import type { FailureCode } from '../../shared/errors/failures.ts';
import { OperationError } from '../../shared/errors/operation-error.ts';
import type { Caller, Core, Reply } from '../core/core.ts';
import type { Logger } from '../core/ports.ts';

export const silentLog: Logger = { log: () => undefined };

type Handler = (input: Record<string, unknown>) => unknown;

/**
 * A core for tests of hosts: every call is checked against the real contract, both ways; answers
 * are those a test puts in. It keeps no keys and knows no domain.
 */
export class InTestCore implements Core {
  readonly callers: Caller[] = [];
  readonly calls: {
    readonly name: string;
    readonly input: unknown;
    readonly givenUp: AbortSignal | undefined;
  }[] = [];
  readonly handlers = new Map<string, Handler>();
  lastPassphrase: Uint8Array | null = null;
  /** Refuses a call before its handler is asked. */
  refuse: (name: string) => FailureCode | null = () => null;
  readonly #listeners = new Set<(change: Change) => void>();
  readonly #watchers: { name: string; resolve: () => void }[] = [];

  constructor() {
    this.handlers.set('keystore.status', () => this.#status());
    this.handlers.set('keystore.unlock', (input) => {
      this.lastPassphrase = (input['passphrase'] as Uint8Array | undefined) ?? null;
      return this.#status();
    });
    this.handlers.set('job.wait', () => new Promise(() => undefined));
  }

  async call(name: string, input: unknown, caller: Caller, givenUp?: AbortSignal): Promise<Reply> {
    this.callers.push(caller);
    this.calls.push({ name, input, givenUp });
    for (const watcher of this.#watchers) if (watcher.name === name) watcher.resolve();
    if (!caller.trusted) return refused('CALLER_NOT_TRUSTED');
    const operation = findOperation(name);
    if (!operation) return refused('NO_SUCH_OPERATION');
    const checked = operation.input.safeParse(input);
    if (!checked.success) return refused('BAD_INPUT');
    const code = this.refuse(name);
    if (code) return this.#wiped(refused(code), input);
    const handler = this.handlers.get(name);
    if (!handler) return refused('KEYSTORE_LOCKED');
    try {
      const output = await handler(checked.data as Record<string, unknown>);
      return { ok: true, output: operation.output.parse(output) };
    } catch (error) {
      if (error instanceof OperationError) return { ok: false, failure: error.toFailure() };
      throw error;
    }
  }

  /** As the gate does: bytes are zeroed when the call has ended. */
  #wiped(reply: Reply, input: unknown): Reply {
    if (typeof input === 'object' && input !== null) {
      for (const value of Object.values(input)) if (value instanceof Uint8Array) value.fill(0);
    }
    return reply;
  }

  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  change(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }

  /** Resolves when `name` is called next. */
  called(name: string): Promise<void> {
    return new Promise((resolve) => this.#watchers.push({ name, resolve }));
  }

  #status(): unknown {
    return {
      path: '/tmp/in-test.keystore',
      state: 'locked',
      reason: null,
      storeId: null,
      realm: null,
      slots: [],
      backup: {
        place: null,
        trouble: null,
        sameDisk: null,
        lastFullAt: null,
        lastIncrementAt: null,
        lastVerifiedAt: null,
      },
      anchor: 'none',
      runningJobs: 0,
      needsYou: 0,
    };
  }
}

const refused = (code: FailureCode): Reply => ({ ok: false, failure: { code, details: {} } });
