import { readFileSync } from 'node:fs';

/** The calls by which a file comes to be, or to last. */
const calls = 'fsync,fdatasync,rename,renameat,renameat2,link,linkat,unlink,unlinkat,ftruncate';

/** A program that another is started by. */
export interface Under {
  readonly program: string;
  readonly words: readonly string[];
}

const strace = (output: string, words: readonly string[]): Under => ({
  program: 'strace',
  words: ['-f', '-qq', '-o', output, '-e', `trace=${calls}`, ...words],
});

/** Ends the process, by a signal that nothing can catch, when a thread of it makes its Nth such call. */
export const killedAt = (n: number): Under =>
  strace('/dev/null', ['-e', `inject=${calls}:signal=SIGKILL:when=${n}`]);

/** Notes each such call. */
export const countCalls = (output: string): Under => strace(output, []);

/** How many calls the busiest thread made. */
export function changingCalls(trace: string): number {
  const times = new Map<string, number>();
  for (const line of readFileSync(trace, 'utf8').split('\n')) {
    const thread = /^(\d+) +\w+\(/.exec(line)?.[1];
    if (thread !== undefined) times.set(thread, (times.get(thread) ?? 0) + 1);
  }
  return Math.max(0, ...times.values());
}
