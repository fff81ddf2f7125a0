import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Told } from './client.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** `npm run -s xks-rehearsal`, as somebody else would start it. */
export class Rehearsal {
  readonly told: Told & { readonly folder: string; readonly device: string };
  readonly #process: ChildProcess;
  /** Both streams, as far as they came. */
  readonly printed: () => string;

  private constructor(process: ChildProcess, printed: () => string, line: string) {
    this.#process = process;
    this.printed = printed;
    this.told = JSON.parse(line) as Rehearsal['told'];
  }

  static async start(port: number): Promise<Rehearsal> {
    const given = ['run', '-s', 'xks-rehearsal', '--', '--port', String(port)];
    const child = spawn('npm', given, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    const line = new Promise<string>((resolve, reject) => {
      const take = (piece: Buffer): void => {
        text += piece.toString('utf8');
        const found = text
          .split('\n')
          .slice(0, -1)
          .find((one) => one.startsWith('{'));
        if (found !== undefined) resolve(found);
      };
      child.stdout.on('data', take);
      child.stderr.on('data', take);
      child.once('exit', () => reject(new Error(`the rehearsal ended: ${text}`)));
    });
    return new Rehearsal(child, () => text, await line);
  }

  async stop(): Promise<void> {
    const exited = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await exited;
  }
}
