import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { completionScripts } from '../electron/hosts/cli/completion-scripts.ts';

const bin = fileURLToPath(new URL('../bin/keyreeve', import.meta.url));
const has = (program: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

let folder: string;
let environment: NodeJS.ProcessEnv;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'krt-'));
  environment = {
    PATH: process.env['PATH'],
    HOME: folder,
    TERM: 'xterm',
    LANG: 'C.UTF-8',
    KEYREEVE_STATE: join(folder, 'state'),
    KEYREEVE_KEYSTORE: join(folder, 'a.keystore'),
  };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Shown {
  readonly text: string;
  readonly code: number | null;
}

/** Runs a command on a terminal of its own and types an answer at each prompt, in order. */
async function onTerminal(command: string, answers: readonly [RegExp, string][]): Promise<Shown> {
  const child: ChildProcess = spawn('script', ['-qec', command, '/dev/null'], {
    env: environment,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const left = [...answers];
  let text = '';
  let seen = 0;
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    const next = left[0];
    const found = next?.[0].exec(text.slice(seen));
    if (!next || !found) return;
    seen += found.index + found[0].length;
    left.shift();
    child.stdin?.write(next[1]);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { text, code };
}

const passphrase = 'correct horse battery';

describe.runIf(has('script'))('on a terminal', () => {
  it('asks for a passphrase twice without showing it, and takes corrections', async () => {
    const made = await onTerminal(`${bin} keystore create --practice`, [
      [/Passphrase for the new keystore[^:]*: /, `${passphrase}x\u007f\r`],
      [/again: /, `wrong\u0015${passphrase}\r`],
    ]);
    expect(made.text).toContain('Open and verified');
    expect(made.code).toBe(0);
    for (const word of ['correct', 'horse', 'wrong']) expect(made.text).not.toContain(word);

    const listed = await onTerminal(`${bin} folder list`, [
      [/Passphrase of the keystore: /, `${passphrase}\r`],
    ]);
    expect(listed.text).toContain('No folders yet.');
    expect(listed.code).toBe(0);
  });

  it('refuses two entries that differ, and ends on Ctrl+C with the terminal as it was', async () => {
    const differ = await onTerminal(`${bin} keystore create --practice; echo "code $?"`, [
      [/Passphrase for the new keystore[^:]*: /, `${passphrase}\r`],
      [/again: /, 'something else\r'],
    ]);
    expect(differ.text).toContain('the two entries differ');
    expect(differ.text).toContain('code 64');
    const left = await onTerminal(
      `${bin} keystore create --practice; echo "code $?"; stty -a | tr ';' '\\n'`,
      [[/Passphrase for the new keystore[^:]*: /, 'abc\u0003']],
    );
    expect(left.text).toContain('code 130');
    expect(left.text).toMatch(/[^-]echo\b/);
    expect(left.text).toMatch(/[^-]icanon\b/);
    expect(left.text).not.toContain('abc');
  });

  it('asks before a request for a certificate gives up the one before', async () => {
    const file = join(folder, 'passphrase');
    writeFileSync(file, passphrase, { mode: 0o600 });
    const store = 'xks store add ledger --account 123456789012 --storage software';
    const run = `${bin} --passphrase-file ${file}`;
    for (const made of ['keystore create --practice', store])
      await onTerminal(`${run} ${made}`, []);
    const request = `${run} xks certificate request --host xks.example.com`;
    expect((await onTerminal(request, [])).text).toContain('BEGIN CERTIFICATE REQUEST');
    const question = /it is given up, with its key\. Make another\? Type yes to go on: /;
    const kept = await onTerminal(request, [[question, 'no\r']]);
    expect(kept.text).not.toContain('BEGIN CERTIFICATE REQUEST');
    expect(kept.code).toBe(130);
    const another = await onTerminal(request, [[question, 'yes\r']]);
    expect(another.text).toContain('BEGIN CERTIFICATE REQUEST');
    expect(another.code).toBe(0);
  });

  it('colours a terminal unless NO_COLOR is set', async () => {
    const coloured = await onTerminal(`${bin} group show x`, []);
    expect(coloured.text).toContain('\u001b[');
    environment['NO_COLOR'] = '1';
    const plain = await onTerminal(`${bin} group show x`, []);
    expect(plain.text).not.toContain('\u001b[');
  });
});

describe('completion', () => {
  it.each(['bash', 'zsh', 'fish'] as const)('has a script for %s that its shell reads', (shell) => {
    const printed = spawnSync(bin, ['completion', shell], { env: environment, encoding: 'utf8' });
    expect(printed.stdout).toBe(completionScripts[shell]);
    if (!has(shell)) return;
    const file = join(folder, 'completion');
    writeFileSync(file, printed.stdout);
    const flag = shell === 'fish' ? '--no-execute' : '-n';
    expect(spawnSync(shell, [flag, file], { encoding: 'utf8' })).toMatchObject({ status: 0 });
  });

  it.runIf(has('bash'))('suggests nouns, verbs and options, and never runs what was typed', () => {
    const trap = join(folder, 'ran');
    const script = `
      keyreeve() { "${bin}" "$@"; }
      source <(keyreeve completion bash)
      t() { COMP_WORDS=(keyreeve "$@"); COMP_CWORD=$#; _keyreeve; echo "\${COMPREPLY[*]}"; }
      t gro; t group force; t group force-rotate x --det; t keystore slot ''
      t ''; t group '$(touch ${trap})'; t '\`touch ${trap}\`'; t ';touch ${trap}'`;
    const run = spawnSync('bash', ['-c', script], { env: environment, encoding: 'utf8' });
    expect(run.stdout.split('\n').slice(0, 4)).toEqual([
      'group',
      'force-rotate',
      '--detach',
      'add remove',
    ]);
    const nouns = run.stdout.split('\n')[4]?.split(' ');
    expect(nouns).toContain('practice-kms');
    expect(nouns?.filter((each) => each.startsWith('complete-'))).toEqual([]);
    expect(() => readFileSync(trap)).toThrow('ENOENT');
  });

  it.each([
    ['group add x --storage', 'hsm software'],
    ['group add x --service', 'aws-kms'],
    ['group add x --key-usage', 'encrypt-decrypt sign-verify generate-verify-mac key-agreement'],
    ['keystore slot add x --kind', 'passphrase hsm combined'],
    ['xks store add x --storage', 'hsm software'],
    ['completion', 'bash zsh fish'],
    ['xks rule mode', 'enforce dry-run'],
  ])('offers what %s takes, and no files', (typed, choices) => {
    const words = [...typed.split(' '), ''];
    const run = spawnSync(bin, ['complete', '--', ...words], {
      env: environment,
      encoding: 'utf8',
    });
    const offered = run.stdout.split('\n').filter((line) => line !== '' && !line.startsWith(':'));
    expect(offered.map((line) => line.split('\t')[0]).join(' ')).toBe(choices);
  });
});

describe('bin/keyreeve', () => {
  it('works through a symbolic link and from any folder', () => {
    const link = join(folder, 'kr');
    spawnSync('ln', ['-s', bin, link]);
    const run = spawnSync(link, ['--version'], { cwd: '/', env: environment, encoding: 'utf8' });
    expect(run).toMatchObject({ status: 0, stderr: '' });
  });

  it('does not let the environment put code or certificates into the process', () => {
    const evil = join(folder, 'evil.cjs');
    writeFileSync(evil, 'process.stdout.write("EVIL")');
    const env = {
      ...environment,
      NODE_OPTIONS: `--require ${evil}`,
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
    };
    const run = spawnSync(bin, ['--version'], { env, encoding: 'utf8' });
    expect(run.stdout + run.stderr).not.toMatch(/EVIL|TLS/);
  });

  it('writes no core file when it crashes', async () => {
    const probe = `ulimit -c unlimited 2>/dev/null; exec "${bin}" practice-kms --port 0 --control-port 0`;
    const child = spawn('sh', ['-c', probe], {
      env: environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    // It has said that it is there: whatever it does before that is done.
    await once(child.stdout, 'data');
    const limits = readFileSync(`/proc/${child.pid}/limits`, 'utf8');
    expect(limits).toMatch(/core file size\s+0\s+0/);
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  });
});

it('ends quietly when the reader of its output has seen enough', () => {
  const run = spawnSync('sh', ['-c', `"${bin}" --help | head -1`], {
    env: environment,
    encoding: 'utf8',
  });
  expect(run.stdout).toBe('Usage: keyreeve [options] [command]\n');
  expect(run.stderr).toBe('');
});
