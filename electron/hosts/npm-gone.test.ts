import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';

const module = import.meta.resolve('./npm-gone.mjs');
const child = `
  import { npmGone } from '${module}';
  void npmGone().then(() => { process.stdout.write(' gone'); clearInterval(life); });
  const life = setInterval(() => undefined, 1000);
  process.stdout.write(String(process.pid));`;

/** In a shell that stays, as npm runs a script; `exit` keeps it from becoming the program. */
const underShell = (event: Readonly<Record<string, string>>) =>
  spawn(
    '/bin/sh',
    ['-c', '"$0" --input-type=module --eval "$1"; exit 0', process.execPath, child],
    {
      env: { PATH: process.env['PATH'], ...event },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );

it.skipIf(process.platform === 'win32')('is told when the shell of npm ends', async () => {
  const shell = underShell({ npm_lifecycle_event: 'start' });
  const [pid] = (await once(shell.stdout, 'data')) as [Buffer];
  let ended = false;
  onTestFinished(() => {
    if (!ended) process.kill(Number(pid.toString()), 'SIGKILL');
  });
  shell.kill('SIGTERM');
  // the pipe closes with the last process that has it
  expect(await text(shell.stdout)).toBe(' gone');
  ended = true;
});
