import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makePracticeKeystore } from './support/made-keystore.ts';
import { OutsideAws, practiceRoot, region } from './support/outside-aws.ts';

const bin = fileURLToPath(new URL('../bin/keyreeve', import.meta.url));
const passphrase = 'correct horse battery staple';

let aws: OutsideAws;
const folder = mkdtempSync(join(tmpdir(), 'kri-'));
const started: ChildProcess[] = [];
const file = (name: string): string => join(folder, name);

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

/** A command in a process group of its own, as a shell starts it: Ctrl+C reaches all of the group. */
function run(...args: readonly string[]) {
  const child = spawn(bin, args, {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      KEYREEVE_STATE: file('state'),
      KEYREEVE_KEYSTORE: file('a.keystore'),
    },
  });
  started.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = new Promise<Ended>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal, output })),
  );
  return {
    ended,
    said: (text: string) => expect.poll(() => output).toContain(text),
    interrupt: () => process.kill(-(child.pid ?? 0), 'SIGINT'),
  };
}

const done = async (...args: readonly string[]): Promise<string> => {
  const { code, output } = await run(...args).ended;
  if (code !== 0) throw new Error(output);
  return output;
};

beforeAll(async () => {
  aws = await OutsideAws.start();
  await aws.makeKey();
  writeFileSync(file('pass'), passphrase, { mode: 0o600 });
  const { accessKeyId, secretAccessKey } = practiceRoot;
  const csv = `Access key ID,Secret access key\n${accessKeyId},${secretAccessKey}\n`;
  writeFileSync(file('cred.csv'), csv, { mode: 0o600 });
  await makePracticeKeystore({ keystore: file('a.keystore'), state: file('state'), passphrase });
});
afterAll(async () => {
  for (const child of started) if (child.exitCode === null) child.kill('SIGKILL');
  await aws?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

it('Ctrl+C of a reading of AWS ends it where the keystore is open, unless somebody else began it', async () => {
  const daemon = run('daemon', '--unlock', '--passphrase-file', 'pass');
  await daemon.said('keyreeve daemon ready');
  await done('credential', 'import', 'practice', '--csv', 'cred.csv', '--endpoint', aws.url);
  const unanswered = await aws.hold('DescribeKey');
  const find = ['credential', 'find-in-aws', 'practice', '--region', region];
  const first = run(...find);
  await expect.poll(unanswered).toBe(0);
  // joins the one that is under way
  const second = run(...find, '--json');
  const begun = async (): Promise<number> =>
    (await done('audit', 'show', '--action', 'credential.findInAws')).split('.findInAws').length -
    1;
  await expect.poll(begun).toBe(2);
  second.interrupt();
  expect(await second.ended).toMatchObject({ code: 130 });
  const stops = (): Promise<string> => done('audit', 'show', '--action', 'scan.stop');
  expect(await stops()).not.toContain('scan.stop');
  first.interrupt();
  expect(await first.ended).toMatchObject({ code: 130 });
  expect(await stops()).toContain('scan.stop');
  await aws.misbehave();
  daemon.interrupt();
  await daemon.ended;
});

it('Ctrl+C while a proxy starts is no failure of that proxy', async () => {
  const open = ['--passphrase-file', 'pass'];
  const store = ['xks', 'store', 'add', 'ledger', '--account', '123456789012'];
  await done(...store, '--storage', 'software', ...open);
  const proxy = run('xks', 'serve', '--port', '0', ...open);
  const configured = (): boolean =>
    existsSync(file('a.keystore.xks')) &&
    readdirSync(file('a.keystore.xks'), { recursive: true, encoding: 'utf8' }).some((name) =>
      name.includes('configuration-'),
    );
  await expect.poll(configured).toBe(true);
  proxy.interrupt();
  const { code, output } = await proxy.ended;
  expect(output).not.toContain('did not start');
  expect(code).toBe(0);
  expect(configured()).toBe(false);
});
