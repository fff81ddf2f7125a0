import module from 'node:module';
import { dirname } from 'node:path';
import type { Clock } from '../ports.ts';

/**
 * For a process that we start: the folder in which this one keeps compiled code, where it keeps any. A
 * start costs half of it. Node puts what belongs to one version of itself into a folder of its own below.
 */
export function sharedCompiledCode(): Readonly<Record<string, string>> {
  const folder = module.getCompileCacheDir();
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) };
}

/** How long (ms) after its start a process is at work, with all of its code compiled. */
const atWork = 2_000;

/** Writes compiled code down also in a process that does not end by itself but is killed. */
export function keepCompiledCode({ sleep }: Pick<Clock, 'sleep'>): void {
  if (module.getCompileCacheDir() === undefined) return;
  void sleep(atWork).then(() => module.flushCompileCache());
}
