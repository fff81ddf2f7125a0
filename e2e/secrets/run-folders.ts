import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A run's folders, each a place that is searched, and the environment that keeps it there. */
export class RunFolders implements Disposable {
  readonly root: string;
  readonly environment: NodeJS.ProcessEnv;

  constructor(name: string) {
    this.root = mkdtempSync(join(tmpdir(), `keyreeve-${name}-`));
    for (const folder of ['home', 'tmp', 'run', 'backups', 'out', 'traffic', 'secrets', 'film']) {
      mkdirSync(this.at(folder), { mode: 0o700 });
    }
    this.environment = {
      PATH: process.env['PATH'],
      HOME: this.at('home'),
      TMPDIR: this.at('tmp'),
      TZ: 'UTC',
      LANG: 'C.UTF-8',
      KEYREEVE_STATE: join(this.at('run'), 'state'),
      KEYREEVE_KEYSTORE: join(this.at('run'), 'a.keystore'),
    };
  }

  at(name: string): string {
    return join(this.root, name);
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** The limit on core dumps that a process runs under, as the kernel tells it. */
export function coreLimit(pid: number): string {
  const line = /^Max core file size +(\S+) +(\S+)/m.exec(
    readFileSync(`/proc/${pid}/limits`, 'latin1'),
  );
  return `${line?.[1] ?? '?'} ${line?.[2] ?? '?'}`;
}
