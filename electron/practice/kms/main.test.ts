import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { byokClient } from './testing/byok.fixture.ts';
import { firstLine, main, spawnPracticeKms } from './testing/process.fixture.ts';
import { rawCall } from './testing/raw-client.fixture.ts';

const anyPorts = ['--port', '0', '--control-port', '0'];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'practice-kms-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs to the end and gives exit code and standard error. */
function runToEnd(args: readonly string[]): Promise<{ code: number | null; errors: string }> {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, errors })));
}

describe('starting', () => {
  test('prints one ready line, serves, and SIGTERM ends it with 0', async () => {
    const kms = await spawnPracticeKms(['--account', '111122223333:KEY:se:cret']);
    expect(kms.readyLine).toBe(`practice KMS listening on ${kms.url}, control ${kms.controlUrl}`);
    const credentials = { accessKeyId: 'KEY', secretAccessKey: 'se:cret' };
    const client = byokClient(kms.url, { credentials });
    expect(await client.metadata(await client.createKey())).toMatchObject({
      AWSAccountId: '111122223333',
    });
    kms.child.kill('SIGTERM');
    expect(await kms.exit).toBe(0);
    expect(kms.errors()).toBe('');
  });

  test('says when wrapping keys are reused', async () => {
    const kms = await spawnPracticeKms(['--wrapping-key-reuse', '500']);
    expect(kms.readyLine).toMatch(/, control http:\S+, each wrapping key serves 500 requests/);
    kms.child.kill('SIGTERM');
    await kms.exit;
  });

  test('a wrong command line is refused with 2, and no secret is repeated', async () => {
    const { code, errors } = await runToEnd([...anyPorts, '--account', 'secret-typed-here']);
    expect(code).toBe(2);
    expect(errors).toContain('--account takes');
    expect(errors).not.toContain('secret-typed-here');
  });
});

describe('data files', () => {
  const start = (file: string) => runToEnd([...anyPorts, '--data', file]);

  test('that are foreign, folders or links are left alone', async () => {
    const foreign = join(folder, 'foreign.txt');
    writeFileSync(foreign, 'not a database, but somebody needs it'.repeat(50));
    const link = join(folder, 'link');
    symlinkSync(foreign, link);
    for (const file of [foreign, link, folder, join(folder, 'no', 'such', 'folder')]) {
      const { code, errors } = await start(file);
      expect(code).toBe(1);
      expect(errors).toContain(file);
    }
    expect(readFileSync(foreign, 'utf8')).toBe('not a database, but somebody needs it'.repeat(50));
  });

  test('are private and used by one process at a time', async () => {
    const file = join(folder, 'one.db');
    const first = await spawnPracticeKms(['--data', file]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const { code, errors } = await start(file);
    expect([code, errors]).toEqual([1, expect.stringContaining('another practice KMS uses it')]);
    first.child.kill('SIGTERM');
    expect(await first.exit).toBe(0);
  });
});

test.skipIf(process.platform === 'win32')('data that can grow no more', async () => {
  const file = join(folder, 'limited.db');
  const words = [process.execPath, main, ...anyPorts, '--data', file, '--until-stdin-closes'];
  // A megabyte, in blocks of 512 bytes.
  const script = `ulimit -f 2048; exec ${words.map((word) => `'${word}'`).join(' ')}`;
  const child = spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const ended = new Promise((resolve) => child.once('close', resolve));
  const [, url = ''] = /on (http:[^\s,]+)/.exec(await firstLine(child.stdout)) ?? [];
  const client = byokClient(url);
  const made: string[] = [];
  let refused = await client.call('ListKeys', {});
  while (refused.status === 200) {
    const Description = 'd'.repeat(8192);
    const reply = await client.call('CreateKey', { Description });
    const key = reply.json?.['KeyMetadata'] as { KeyId: string } | undefined;
    if (key === undefined) refused = reply;
    else made.push(key.KeyId);
  }
  expect([refused.status, refused.type]).toEqual([500, 'KMSInternalException']);
  await client.call('CreateKey', { Description: 'd'.repeat(8192) });
  child.stdin.end();
  await ended;
  expect(errors.match(/its files cannot be written/g)).toHaveLength(1);
  expect(errors).not.toContain(' at ');
  // Nothing that was acknowledged is lost, and nothing else is there.
  const kms = await spawnPracticeKms(['--data', file]);
  const { Keys } = await byokClient(kms.url).must('ListKeys', { Limit: 1000 });
  expect((Keys as { KeyId: string }[]).map(({ KeyId }) => KeyId)).toEqual(made.toSorted());
  kms.child.kill('SIGTERM');
  await kms.exit;
});

describe('files of settings', () => {
  const write = (name: string, value: unknown): string => {
    const file = join(folder, name);
    writeFileSync(file, JSON.stringify(value));
    return file;
  };

  test('say who there is, and what the quotas are', async () => {
    const accessKey = { accessKeyId: 'AKIAME', secretAccessKey: 'mine' };
    const me = { name: 'me', accessKeys: [accessKey] };
    const accounts = [{ accountId: '123456789012', users: [me] }];
    const principals = write('principals.json', { accounts });
    const quotas = write('quotas.json', { requestsPerSecond: { CreateKey: 0.001 } });
    const kms = await spawnPracticeKms(['--principals', principals, '--quotas', quotas]);
    const asMe = await rawCall(kms.url, 'CreateKey', {}, { credentials: accessKey });
    expect(asMe.message).toContain('User: arn:aws:iam::123456789012:user/me is not authorized');
    expect((await rawCall(kms.url, 'CreateKey', {})).type).toBe('ThrottlingException');
    kms.child.kill('SIGTERM');
    await kms.exit;
  });

  test.each([
    ['--principals', { accounts: [{ accountId: 1 }] }, 'accounts.0.accountId'],
    ['--quotas', { requestsPerSecond: { Flights: 1 } }, 'requestsPerSecond.Flights: no such quota'],
  ])('%s: what cannot be read is told with its place', async (option, value, problem) => {
    const file = write('wrong.json', value);
    await expect(spawnPracticeKms([option, file])).rejects.toThrow(problem);
    await expect(spawnPracticeKms([option, `${file}.missing`])).rejects.toThrow('read');
  });
});

test('the request log holds requests byte for byte', async () => {
  const file = join(folder, 'requests.log');
  const kms = await spawnPracticeKms(['--request-log', file]);
  const body = '{"Description" :  "spacing is kept"}';
  await rawCall(kms.url, 'CreateKey', body);
  kms.child.kill('SIGTERM');
  await kms.exit;
  const text = readFileSync(file, 'utf8');
  expect(text).toContain('POST /\n');
  expect(text).toContain('x-amz-target: TrentService.CreateKey');
  expect(text).toContain(body);
});

describe('when the parent is killed', () => {
  const ports = `'--port', '0', '--control-port', '0'`;
  const parents = {
    'a fork': `require('node:child_process').fork(MAIN, [${ports}], { stdio: ['ignore', 1, 2, 'ipc'] })`,
    'a pipe at standard input': `require('node:child_process').spawn(process.execPath, [MAIN, ${ports}, '--until-stdin-closes'], { stdio: ['pipe', 1, 2] })`,
    'a parent id': `require('node:child_process').spawn(process.execPath, [MAIN, ${ports}, '--parent-pid', String(process.pid)], { stdio: ['ignore', 1, 2] })`,
  };
  test.each(Object.entries(parents))('%s ends it', async (_name, code) => {
    const script = `const MAIN = ${JSON.stringify(main)}; ${code}; setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      // Under npm the practice KMS would also notice by itself.
      env: { ...process.env, npm_lifecycle_event: undefined },
    });
    expect(await firstLine(parent.stdout)).toContain('practice KMS listening');
    // The child writes to the same pipe: it ends only when both are gone.
    const bothGone = new Promise((resolve) => parent.stdout.once('end', resolve));
    parent.kill('SIGKILL');
    await bothGone;
  });

  test('a shell of npm that took the SIGTERM ends it', async () => {
    const words = [process.execPath, main, ...anyPorts].map((word) => `'${word}'`).join(' ');
    const shell = spawn('sh', ['-c', `${words}; true`], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, npm_lifecycle_event: 'practice-kms' },
    });
    expect(await firstLine(shell.stdout)).toContain('practice KMS listening');
    const bothGone = new Promise((resolve) => shell.stdout.once('end', resolve));
    shell.kill('SIGTERM');
    await bothGone;
  });
});
