import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Secret } from '../kernel/secret.ts';
import type { ConnectionSpec } from './cloud.ts';

const entry = join(import.meta.dirname, '../../practice/kms/main.ts');

export interface JournalLine {
  readonly operation: string;
  readonly error: string | null;
  readonly mischief: string | null;
}

/** A practice KMS in a process of its own, with its control port. */
export interface PracticeProcess {
  readonly url: string;
  readonly credential: ConnectionSpec['credential'];
  control(method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown>;
  journal(): Promise<readonly JournalLine[]>;
  stop(): Promise<void>;
}

/** Starts it on free ports; it ends with this process. */
export async function startPractice(...more: string[]): Promise<PracticeProcess> {
  const child = spawn(
    process.execPath,
    [entry, '--port', '0', '--control-port', '0', '--parent-pid', String(process.pid), ...more],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const line = await firstLine(child);
  const [, url = '', controlUrl = ''] =
    /listening on (\S+), control (http:\/\/[\d.:]+)/.exec(line) ?? [];
  const control = async (
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
  ): Promise<unknown> => {
    const reply = await fetch(`${controlUrl}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!reply.ok) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
    return reply.json();
  };
  return {
    url,
    credential: {
      kind: 'keys',
      accessKeyId: 'AKIAPRACTICEKEYREEVE',
      secretAccessKey: Secret.copyOf(Buffer.from('practice/only/not/a/real/secret/Keyreeve')),
    },
    control,
    journal: async () => {
      const answer = await control('GET', '/journal');
      return answer as readonly JournalLine[];
    },
    stop: async () => {
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('no output');
  for await (const line of createInterface({ input: child.stdout })) return line;
  throw new Error(`the practice KMS ended with ${child.exitCode}`);
}
