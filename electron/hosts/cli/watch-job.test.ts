import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { InTestCore } from '../in-test-core.fixture.ts';
import type { GlobalOptions } from '../transport/argv/global-options.ts';
import { CommandContext } from './command-context.ts';
import { detail, id, snapshot } from './commands.fixture.ts';
import { Screen } from './screen.ts';
import { finishJob } from './watch-job.ts';

let folder: string;
let core: InTestCore;
let written: string;
beforeEach(() => {
  written = '';
  folder = mkdtempSync(join(tmpdir(), 'krw-'));
  core = new InTestCore();
  let hsm = 'pin-needed';
  core.handlers.set('session.snapshot', () => ({ ...snapshot, hsm }));
  const status = () => ({
    attached: true,
    module: '/m.so',
    moduleSha256: null,
    token: null,
    state: hsm,
    master: null,
    probe: null,
  });
  core.handlers.set('hsm.status', status);
  core.handlers.set('hsm.login', () => {
    hsm = 'ready';
    return status();
  });
  const waits = detail('waiting', { needsPin: true });
  core.handlers.set('job.wait', ({ revision }) =>
    hsm === 'ready'
      ? { revision: 2, detail: detail('done') }
      : { revision: Number(revision) + 1, detail: waits },
  );
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Follows a job in a process of its own, as `job watch` does without a daemon. */
async function follow(options: GlobalOptions): Promise<number> {
  const sink = { write: (text: string) => (written += text) };
  const context = new CommandContext({
    screen: new Screen({ stdout: sink, stderr: sink, colour: false }),
    options,
    keystorePath: join(folder, 'a.keystore'),
    stateFolder: folder,
    openCore: () => Promise.resolve(core),
  });
  return finishJob(context, await context.unopened(), id);
}

const logins = (): number => core.calls.filter(({ name }) => name === 'hsm.login').length;

function pinFile(): string {
  const file = join(folder, 'pin');
  writeFileSync(file, '1234', { mode: 0o600 });
  return file;
}

it('gives the PIN to a job that turns out to wait for it, and goes on following', async () => {
  expect(await follow({ pinFile: pinFile() })).toBe(0);
  expect(logins()).toBe(1);
});

it('leaves a job that nobody has the PIN for, waiting', async () => {
  expect(await follow({})).toBe(3);
  expect(logins()).toBe(0);
});

it('tells in a pipe, once, what a job waits for that has no date', async () => {
  const full = 'waits for room on the disk of the keystore, and goes on by itself then';
  const passing = ['waits 3 s for AWS', 'waits 2 s for AWS', full, full, full];
  core.handlers.set('job.wait', () => {
    const progress = passing.shift();
    const over = { revision: 2, detail: detail('done') };
    if (progress === undefined) return over;
    const running = detail('running');
    return { revision: 1, detail: { ...running, job: { ...running.job, progress } } };
  });
  expect(await follow({})).toBe(0);
  expect(written.split(full)).toHaveLength(2);
  expect(written).not.toContain('for AWS');
});

it('tries a PIN once', async () => {
  core.handlers.set('hsm.login', () => {
    throw new OperationError('HSM_PIN_REFUSED');
  });
  await expect(follow({ pinFile: pinFile() })).rejects.toMatchObject({ code: 'HSM_PIN_REFUSED' });
  expect(logins()).toBe(1);
});

it('says nothing beside the JSON of the failure when a job is left by hand', async () => {
  const waited = new Promise<void>((resolve) => {
    core.handlers.set('job.wait', () => {
      resolve();
      return new Promise(() => undefined);
    });
  });
  const following = follow({ json: true });
  await waited;
  process.emit('SIGINT');
  await expect(following).rejects.toMatchObject({ code: 'CANCELLED_BY_PERSON' });
  expect(written).toBe('');
});

it.each([
  ['takes no more changes', 'KEYSTORE_READ_ONLY', { reason: 'DISK_FAILED' }],
  ['is locked', 'KEYSTORE_LOCKED', {}],
] as const)('names the job whose keystore %s: its steps stay done', async (_, code, details) => {
  let asked = 0;
  core.handlers.set('job.wait', () => {
    asked += 1;
    if (asked === 1) return { revision: 1, detail: detail('running') };
    throw new OperationError(code, details);
  });
  await expect(follow({})).rejects.toMatchObject({ code, details: { ...details, job: 1043 } });
});
