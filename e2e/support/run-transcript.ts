import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makePracticeKeystore } from './made-keystore.ts';
import { difference, fill, parseTranscript, type Step } from './transcript.ts';

const bin = fileURLToPath(new URL('../../bin/keyreeve', import.meta.url));

/** A step that takes longer is killed, so that the folder and the processes are always removed. */
const stepTimeoutMs = 150_000;

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}
interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** A folder, an environment and the processes of one transcript. */
export class TranscriptRun implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'kre-'));
  readonly names = new Map<string, string>();
  readonly #running = new Map<string, Running>();
  readonly #environment: NodeJS.ProcessEnv;

  /** `programs` is where `keyreeve` is found: the checkout's, or that of a package. */
  constructor(programs = dirname(bin)) {
    const { folder } = this;
    mkdirSync(join(folder, 'home'));
    this.names.set('folder', folder);
    this.#environment = {
      PATH: `${programs}${delimiter}${process.env['PATH'] ?? ''}`,
      HOME: join(folder, 'home'),
      TZ: 'UTC',
      LANG: 'C.UTF-8',
      KEYREEVE_STATE: join(folder, 'state'),
      KEYREEVE_KEYSTORE: join(folder, 'a.keystore'),
      XDG_CACHE_HOME: join(tmpdir(), `keyreeve-e2e-cache-${process.getuid?.() ?? 0}`),
    };
  }

  /** Runs a whole transcript; the error names file, line and what came instead. */
  async play(file: string, text: string): Promise<void> {
    for (const step of parseTranscript(text)) {
      const problem = await this.#step(step);
      if (problem !== null) throw new Error(`${file}:${step.line}\n${problem}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { child, ended } of this.#running.values()) {
      child.kill('SIGKILL');
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #step(step: Step): Promise<string | null> {
    switch (step.kind) {
      case 'file':
        writeFileSync(join(this.folder, step.name), step.input, { mode: 0o600 });
        return null;
      case 'keystore':
        await this.#makeKeystore(step);
        return null;
      case 'run': {
        const ended = await this.#spawn(step).ended;
        return this.#compare(step, ended);
      }
      case 'start':
        return this.#start(step);
      case 'stop':
      case 'kill': {
        const running = this.#running.get(step.name);
        if (!running) return `nothing called ${step.name} runs`;
        this.#running.delete(step.name);
        running.child.kill(step.kind === 'stop' ? 'SIGTERM' : 'SIGKILL');
        const ended = await running.ended;
        return step.exit === null ? null : this.#compare(step, ended);
      }
    }
  }

  async #makeKeystore({ words: [file = '', backups] }: Step): Promise<void> {
    await makePracticeKeystore({
      keystore: join(this.folder, 'a.keystore'),
      state: join(this.folder, 'state'),
      passphrase: readFileSync(join(this.folder, file), 'utf8'),
      backupPlace: backups === undefined ? null : join(this.folder, backups),
    });
  }

  #spawn(step: Step): Running {
    const [program = '', ...args] = step.words.map((word) => fill(word, this.names));
    const child = spawn(program, args, {
      cwd: this.folder,
      env: this.#environment,
      stdio: ['pipe', 'pipe', 'pipe'],
      // No controlling terminal: nobody can be asked.
      detached: true,
    });
    if (step.kind === 'run') {
      const timer = setTimeout(() => child.kill('SIGKILL'), stepTimeoutMs);
      child.once('close', () => clearTimeout(timer));
    }
    child.stdin.on('error', () => undefined).end(step.input);
    return { child, ended: collect(child) };
  }

  async #start(step: Step): Promise<string | null> {
    const running = this.#spawn(step);
    this.#running.set(step.name, running);
    const first = await Promise.race([firstLine(running.child), running.ended]);
    if (typeof first !== 'string') return `${step.name} ended:\n${first.stdout}${first.stderr}`;
    return difference(step.stdout, first, this.names);
  }

  #compare(step: Step, { code, stdout, stderr }: Ended): string | null {
    const wanted = step.exit ?? 0;
    const problem =
      code === wanted
        ? (difference(step.stdout, stdout, this.names) ??
          difference(step.stderr, stderr, this.names))
        : `exit code ${code}, expected ${wanted}`;
    if (problem === null) return null;
    return `$ ${step.words.join(' ')}\n${problem}\n--- stdout\n${stdout}--- stderr\n${stderr}`;
  }
}

async function collect(child: ChildProcess): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    child.stdout?.on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end >= 0) resolve(text.slice(0, end));
    });
  });
}
