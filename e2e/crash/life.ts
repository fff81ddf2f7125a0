import { fork } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Orders, Report, Said } from './orders.ts';
import type { Under } from './system-calls.ts';

const entry = fileURLToPath(new URL('./core-process.ts', import.meta.url));

/** How a core process ended, and everything it told until then. */
export interface Life {
  readonly code: number | null;
  readonly signal: string | null;
  readonly said: readonly Said[];
  readonly errors: string;
  /** True when the harness ended it because it would not become quiet. */
  readonly tooLong: boolean;
}

export interface LifeOptions {
  /** Folder for what the process prints. */
  readonly output: string;
  /** Names the files: 1 for the life that is killed, 2 and up for the ones after. */
  readonly number: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Another program that starts the process and watches it. */
  readonly under?: Under;
}

/** Longest life (ms) of a core process; a hanging one is a failure, not a wait. */
const longest = 180_000;

/** Runs one core process from its orders to its end. */
export async function runLife(orders: Orders, options: LifeOptions): Promise<Life> {
  const { under } = options;
  const file = (name: string) => join(options.output, `life-${options.number}.${name}`);
  const [out, errors] = [openSync(file('out'), 'w', 0o600), openSync(file('err'), 'w', 0o600)];
  try {
    const child = fork(entry, [], {
      serialization: 'advanced',
      ...(under
        ? { execPath: under.program, execArgv: [...under.words, process.execPath] }
        : { execArgv: [] }),
      env: { ...options.environment },
      stdio: ['ignore', out, errors, 'ipc'],
    });
    let tooLong = false;
    const giveUp = setTimeout(() => {
      tooLong = true;
      child.kill('SIGKILL');
    }, longest);
    const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
      child.once('exit', (code, signal) => resolve({ code, signal }));
    });
    // A process that died before it read them has its exit to say so.
    child.send(orders, () => undefined);
    const { code, signal } = await ended;
    clearTimeout(giveUp);
    return { code, signal, said: lines(file('out')), errors: read(file('err')), tooLong };
  } finally {
    closeSync(out);
    closeSync(errors);
  }
}

const read = (path: string): string => readFileSync(path, 'utf8');

/** Every whole line; what a dying process began to write counts for nothing. */
function lines(path: string): Said[] {
  const text = read(path);
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Said);
}

type Of<K extends Said['say']> = Extract<Said, { readonly say: K }>;

/** All that was said of one sort, in order. */
export const all = <K extends Said['say']>(life: Life, kind: K): readonly Of<K>[] =>
  life.said.filter((said): said is Of<K> => said.say === kind);

export const last = <K extends Said['say']>(life: Life, kind: K): Of<K> | null =>
  all(life, kind).at(-1) ?? null;

export const reportOf = (life: Life): Report | null => last(life, 'quiet')?.report ?? null;

/** Why a life that should have ended by itself did not; null when it did. */
export function complaint(life: Life): string | null {
  if (life.tooLong) return `still busy after ${longest / 1000} s`;
  if (life.code === 0) return null;
  const said = last(life, 'failed')?.error ?? life.errors.trim();
  return `ended with ${life.signal ?? `exit code ${life.code}`}: ${said}`;
}
