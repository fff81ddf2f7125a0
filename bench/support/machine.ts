import { readFileSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { figure } from './report.ts';
import { fdatasyncTimes, median, quantile } from './measure.ts';

/** What a figure of this run depends on. Nothing that names the machine, its paths or the day. */
export async function machineFacts(folder: string): Promise<string[]> {
  const probe = join(folder, 'fdatasync-probe');
  const times = await fdatasyncTimes(probe, 200);
  rmSync(probe);
  const middle = median(times);
  const kind = middle < 0.05 ? 'memory or a cache that does not sync' : 'a disk that syncs';
  return [
    `${availableParallelism()} cores, ${cpus()[0]?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    `Node ${process.versions.node}, ${process.platform}`,
    `4 KiB fdatasync before the run: p50 ${figure(middle)} ms, p99 ${figure(quantile(times, 0.99))} ms (${kind})`,
  ];
}

/** How busy the machine was with everything, other people's work included. */
export const loadNow = (): string =>
  loadavg()
    .map((each) => each.toFixed(1))
    .join(', ');

/** Clock ticks of /proc: 100 a second on every Linux that Node runs on. */
const tickMs = 10;

/** CPU time (ms, user and system) of a process that runs; 0 when it is gone. */
export function cpuOf(pid: number): number {
  const stat = statOf(pid);
  if (stat === null) return 0;
  // Fields behind the name, which stands in brackets and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}

/** Resident memory of a process in MiB. */
export function residentOf(pid: number): number {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(found?.[1] ?? 0) / 1024;
}

/** Ids of the processes that a process started and that still run. */
export function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}

function statOf(pid: number): string | null {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null;
  }
}
