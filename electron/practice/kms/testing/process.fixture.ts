import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export const main = fileURLToPath(new URL('../main.ts', import.meta.url));

export interface PracticeProcess {
  readonly pid: number;
  readonly readyLine: string;
  readonly url: string;
  readonly controlUrl: string;
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  /** Exit code, or the signal that ended it. */
  readonly exit: Promise<number | string | null>;
  readonly errors: () => string;
}

/** Runs the practice KMS as its own process and waits for its ready line. */
export async function spawnPracticeKms(args: readonly string[]): Promise<PracticeProcess> {
  const ports = ['--port', '0', '--control-port', '0'];
  const child = spawn(process.execPath, [main, ...ports, '--until-stdin-closes', ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const exit = new Promise<number | string | null>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? code));
  });
  const readyLine = await firstLine(child.stdout);
  const match = /on (http:\S+), control (http:[^\s,]+)/.exec(readyLine);
  if (match === null || child.pid === undefined) {
    throw new Error(`no ready line: ${readyLine} ${errors} ${String(await exit)}`);
  }
  return {
    pid: child.pid,
    readyLine,
    url: match[1] ?? '',
    controlUrl: match[2] ?? '',
    child,
    exit,
    errors: () => errors,
  };
}

/** The first line a stream brings; what there was when it ends before. */
export function firstLine(stream: Readable): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
    });
    stream.on('end', () => resolve(text));
  });
}
