import { isMainThread, Worker, workerData } from 'node:worker_threads';

/** Milliseconds between two looks at the parent. */
const interval = 1000;

/**
 * Ends this process when its parent is gone, also while a synchronous native call holds the main
 * thread and so the `disconnect` event: the look is taken from a thread of its own.
 */
export function watchParent(): void {
  const worker = new Worker(new URL(import.meta.url), {
    workerData: { parent: process.ppid },
    execArgv: [],
  });
  worker.unref();
}

function look(parent: number): void {
  // An orphan is given another parent; on Windows the old number stays and its process is gone.
  if (process.ppid !== parent || !exists(parent)) process.kill(process.pid, 'SIGKILL');
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

if (!isMainThread && isWatch(workerData)) {
  const { parent } = workerData;
  setInterval(() => look(parent), interval);
}

function isWatch(data: unknown): data is { parent: number } {
  return typeof data === 'object' && data !== null && 'parent' in data;
}
