import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(new URL('../../practice/kms/main.ts', import.meta.url));

/** A practice KMS in a process of its own, which ends with this one. */
export interface PracticeProcess {
  readonly url: string;
  readonly controlUrl: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts the practice KMS as anybody would, Node with these flags, and waits for its ready line. */
export async function startPractice(
  options: readonly string[],
  nodeFlags: readonly string[] = [],
): Promise<PracticeProcess> {
  const child = spawn(
    process.execPath,
    [...nodeFlags, entry, '--port', '0', '--control-port', '0', '--until-stdin-closes', ...options],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const line = await firstLine(child);
  const found =
    /listening on (http:\/\/127\.0\.0\.1:\d+), control (http:\/\/127\.0\.0\.1:\d+)/.exec(line);
  if (!found?.[1] || !found[2] || child.pid === undefined) {
    child.kill('SIGKILL');
    throw new Error(`the practice KMS said: ${line}`);
  }
  return {
    url: found[1],
    controlUrl: found[2],
    pid: child.pid,
    stop: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve();
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
      }),
  };
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`the practice KMS ended with ${code} before it was ready`)),
    );
    if (!child.stdout) return reject(new Error('no output of the practice KMS'));
    createInterface({ input: child.stdout }).once('line', resolve);
  });
}
