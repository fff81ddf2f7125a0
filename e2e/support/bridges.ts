import { readdirSync, readFileSync } from 'node:fs';

/** Process ids of the bridges that a process, or one that it started, has started and that live. */
export function bridges(under = process.pid): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        if (!command.includes('hsm/bridge')) return false;
        const parent = parentOf(pid);
        return parent === under || parentOf(parent) === under;
      } catch {
        return false; // ended while we looked
      }
    });
}

const parentOf = (pid: number): number =>
  Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);

/** As a crash of the module would. They are gone when this returns, and nobody has heard of it. */
export const killBridges = (under = process.pid): void => {
  for (const pid of bridges(under)) process.kill(pid, 'SIGKILL');
};
