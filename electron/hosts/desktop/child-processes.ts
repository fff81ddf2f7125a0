import type Electron from 'electron';
import { sharedCompiledCode } from '../../core/kernel/compiled-code.ts';
import { childEnvironment } from '../../core/kernel/node-launcher.ts';
import type { Launchable } from '../core-process/messages.ts';
import { UtilityChannel } from './utility-channel.ts';

export type ProcessParts = Pick<typeof Electron, 'utilityProcess'> & {
  readonly MessageChannelMain: new () => Electron.MessageChannelMain;
};

/** Where the built programs are. */
export type Programs = Readonly<Record<'core' | Launchable, string>>;

const serviceNames = {
  core: 'Keyreeve core',
  'hsm-bridge': 'Keyreeve HSM bridge',
  'practice-kms': 'Keyreeve practice KMS',
} as const;

/** Starts the processes of the desktop, each with the least environment that it can live with. */
export class ChildProcesses {
  readonly #electron: ProcessParts;
  readonly #programs: Programs;

  constructor(electron: ProcessParts, programs: Programs) {
    this.#electron = electron;
    this.#programs = programs;
  }

  startCore(): UtilityChannel {
    return this.#start('core', {});
  }

  /**
   * Starts a process on behalf of the core and gives each of the two an end of a line: what they
   * say to each other (a PIN, a slot key) never comes by here.
   */
  startFor(
    core: UtilityChannel,
    asked: { readonly launch: number; readonly entry: Launchable; readonly environment: Env },
  ): UtilityChannel {
    const child = this.#start(asked.entry, asked.environment);
    const { port1, port2 } = new this.#electron.MessageChannelMain();
    child.hand({ line: true }, port1);
    child.onSpawn(() => core.hand({ launched: asked.launch, pid: child.pid }, port2));
    return child;
  }

  #start(entry: keyof Programs, environment: Env): UtilityChannel {
    const child = this.#electron.utilityProcess.fork(this.#programs[entry], [], {
      // Without this a child gets the whole of our environment, AWS keys of the shell included.
      env: { ...childEnvironment(), ...sharedCompiledCode(), ...environment },
      stdio: 'ignore',
      serviceName: serviceNames[entry],
    });
    return new UtilityChannel(child);
  }
}

type Env = Readonly<Record<string, string>>;
