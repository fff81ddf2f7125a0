import { readdirSync, readFileSync } from 'node:fs';

/** Process ids of the bridges that this process has started and that live. */
export function bridges(): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const parent = /^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return parent === String(process.pid) && command.includes('hsm/bridge');
      } catch {
        return false; // ended while we looked
      }
    });
}
/** As a crash of the module would. They are gone when this returns, and nobody has heard of it. */
export const killBridges = (): void => {
  for (const pid of bridges()) process.kill(pid, 'SIGKILL');
};
