import { execFileSync } from 'node:child_process';

/** The process that has the core of a console. */
export const corePid = (pid: number): number =>
  Number(
    execFileSync('pgrep', ['-P', String(pid), '-f', 'console/core-main'], { encoding: 'utf8' }),
  );
