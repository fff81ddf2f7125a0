import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { sharedCompiledCode } from './compiled-code.ts';
import type { ChildChannel, ChildExit, ProcessLauncher } from '../ports.ts';

const entries = {
  'hsm-bridge': new URL('../hsm/bridge/main.ts', import.meta.url),
  'practice-kms': new URL('../../practice/kms/main.ts', import.meta.url),
} as const;

/**
 * What a vendor's module may read of our environment: where its own configuration is, and what any
 * program needs. AWS credentials, Node options and the rest stay here.
 */
const passedOn = [
  /^(PATH|HOME|USER|LOGNAME|LANG|LC_.*|TZ|TMPDIR|TEMP|TMP|SystemRoot|windir|ProgramData|APPDATA|LOCALAPPDATA)$/i,
  /^LD_LIBRARY_PATH$/,
  /^SOFTHSM2_CONF$/,
  /^KRYOPTIC_/,
  /^(ChrystokiConfigurationPath|LUNA_.*)$/,
  /^(CKNFAST|NFAST)_/,
  /^CS_PKCS11_/,
  /^FXPKCS11_/,
  /^CLOUDHSM_(?!PIN)/,
  /^YUBIHSM_/,
] as const;

/**
 * How processes of ours are started. A signal must not open a debugger on one that holds PINs; and
 * what dies young is collected every 8 MiB, or V8 lets that part of the heap grow to a hundred in a
 * process that is long at work, without saving anything that could be measured.
 */
export const childFlags = ['--disable-sigusr1', '--max-semi-space-size=8'] as const;

/** Starts the processes the core owns as forked Node processes. */
export const nodeLauncher: ProcessLauncher = {
  launch: (entry, environment = {}) => forkChild(fileURLToPath(entries[entry]), environment),
};

/** Forks a program of ours: a minimal environment, no output, bytes as bytes. */
export function forkChild(
  path: string,
  environment: Readonly<Record<string, string>>,
): ChildChannel {
  const child = fork(path, [], {
    // Buffers travel as bytes, not as JSON
    serialization: 'advanced',
    execArgv: [...childFlags],
    env: { ...childEnvironment(), ...sharedCompiledCode(), ...environment },
    // A module may print: nothing of it belongs into the output of a command.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  return new ForkedChannel(child);
}

/** The part of our environment that a process of ours may see. */
export function childEnvironment(): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && passedOn.some((pattern) => pattern.test(name))) kept[name] = value;
  }
  return kept;
}

class ForkedChannel implements ChildChannel {
  readonly #child: ChildProcess;
  readonly #exited: Promise<ChildExit>;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.#exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve({ code, signal }));
      // A process that could not be started reports only this.
      child.once('error', () => {
        if (child.pid === undefined) resolve({ code: null, signal: null });
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  send(message: unknown): void {
    // A broken line is followed by the exit, which is what the listener acts on.
    if (this.#child.connected) this.#child.send(message as object, () => undefined);
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#child.on('message', listener);
  }

  onExit(listener: (reason: ChildExit) => void): void {
    void this.#exited.then(listener);
  }

  kill(signal: 'SIGTERM' | 'SIGKILL' = 'SIGKILL'): void {
    this.#child.kill(signal);
  }
}
