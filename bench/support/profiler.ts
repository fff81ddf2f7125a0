import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { join } from 'node:path';

/** Microseconds between samples. */
const interval = 200;

/** Takes a CPU profile of one piece of work in this process, as `--cpu-prof` does of a whole one. */
export async function profiled<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval });
    await session.post('Profiler.start');
    const value = await work();
    const { profile } = await session.post('Profiler.stop');
    const name = `${process.pid}-${Math.round(performance.now())}.cpuprofile`;
    writeFileSync(join(folder, name), JSON.stringify(profile));
    return value;
  } finally {
    session.disconnect();
  }
}
