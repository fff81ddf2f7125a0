import { setTimeout as wait } from 'node:timers/promises';
import { OperationError } from '../../shared/errors/operation-error.ts';
import type { Caller, Core } from '../core/core.ts';
import { wipeBytes } from './transport/ipc/wipe-bytes.ts';

/** Set for the image that takes over: it has said that it is ready before. */
const mark = 'KEYREEVE_RENEWED';

/** Longest wait (ms) for child processes that were told to end. */
const longestChildren = 2_000;

/** A core, and the moment when its process holds what only a new image of it would not. */
export interface WatchedCore {
  readonly core: Core;
  /**
   * Resolves when the keystore is locked, or still locked, after secrets came in. From then on no
   * call that brings a secret is begun: it is answered by KEYSTORE_RENEWING, and meant for the next.
   */
  readonly soiled: Promise<true>;
  /** Secrets came in by another way than a call. */
  readonly noteSecrets: () => Promise<void>;
}

/**
 * Watches a core for the moment at which secrets that came in are of no use any more: a lock, a
 * passphrase that did not open, a backup that was verified. JavaScript cannot wipe what the engine,
 * Node's sockets and native libraries have copied; a new process image can (docs/secrets.md).
 */
export function watchSecrets(core: Core, caller: Caller): WatchedCore {
  let secretsCame = false;
  let atWork = 0;
  let givesWay = false;
  const { promise: soiled, resolve: report } = Promise.withResolvers<true>();
  const look = async (): Promise<void> => {
    // An unlock that is under way still needs what it was given.
    if (!secretsCame || atWork > 0) return;
    const reply = await core.call('keystore.status', {}, caller);
    const { state } = (reply.ok ? reply.output : {}) as { state?: string };
    // One that came while this was asked needs this process, too.
    if (atWork > 0 || (state !== 'locked' && state !== 'absent')) return;
    givesWay = true;
    report(true);
  };
  core.onChange(({ what }) => {
    if (what === 'session') void look();
  });
  return {
    soiled,
    noteSecrets: async () => {
      secretsCame = true;
      await look();
    },
    core: {
      onChange: (listener) => core.onChange(listener),
      stop: () => core.stop(),
      call: async (name, input, from, givenUp) => {
        if (!holdsBytes(input)) return core.call(name, input, from, givenUp);
        if (givesWay) {
          wipeBytes(input);
          return { ok: false, failure: new OperationError('KEYSTORE_RENEWING', {}).toFailure() };
        }
        secretsCame = true;
        atWork += 1;
        const reply = await core.call(name, input, from, givenUp);
        atWork -= 1;
        await look();
        return reply;
      },
    },
  };
}

const holdsBytes = (value: unknown): boolean =>
  value instanceof Uint8Array ||
  (typeof value === 'object' && value !== null && Object.values(value).some(holdsBytes));

/** True in an image that took over from one of the same process. Forgets it. */
export function isRenewed(environment: NodeJS.ProcessEnv): boolean {
  const renewed = environment[mark] === String(process.pid);
  delete environment[mark];
  return renewed;
}

/** Windows has no such thing: there a lock wipes what can be wiped, and only an end wipes all. */
export const canTakeCleanImage = (): boolean => typeof process.execve === 'function';

/**
 * Replaces this process by a new image of the same program, with the same process id, the same
 * standard streams and an empty memory. Every other descriptor is closed. Does not return.
 */
export async function takeCleanImage(words: readonly string[]): Promise<void> {
  // A child that ends later would never be waited for by the new image.
  const end = performance.now() + longestChildren;
  while (process.getActiveResourcesInfo().includes('ProcessWrap') && performance.now() < end) {
    await wait(5);
  }
  const { execPath: program, execArgv } = process;
  const script = process.argv[1] ?? '';
  const environment = { ...process.env, [mark]: String(process.pid) };
  process.execve?.(program, [program, ...execArgv, script, ...words], environment);
}
