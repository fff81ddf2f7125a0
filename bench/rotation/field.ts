import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { childFlags } from '../../electron/core/kernel/node-launcher.ts';
import { type PracticeProcess, startPractice } from '../../electron/hosts/demo/practice-process.ts';
import { Worker } from '../support/worker.ts';
import type { CoreMethods, Stage } from './core-worker.ts';

const entry = new URL('./core-worker.ts', import.meta.url);

/** One product under measure: a core in its own process, with its keystore. */
export async function startCore(
  folder: string,
  name: string,
  stage: Omit<Stage, 'folder'>,
  profileTo: string | null = null,
): Promise<Worker<CoreMethods>> {
  const path = join(folder, name);
  mkdirSync(path);
  mkdirSync(`${path}-backups`);
  const env = profileTo === null ? {} : { KEYREEVE_BENCH_PROFILE: profileTo };
  const core = new Worker<CoreMethods>(entry, { env, execArgv: childFlags });
  try {
    await core.ask('create', { ...stage, folder: path });
    return core;
  } catch (error) {
    await core.end();
    throw error;
  }
}

/** Runs `work` beside a practice KMS of its own. */
export async function withPractice<T>(
  options: readonly string[],
  work: (practice: PracticeProcess) => Promise<T>,
): Promise<T> {
  const practice = await startPractice(options);
  try {
    return await work(practice);
  } finally {
    await practice.stop();
  }
}
