import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyreeve, Program } from './program.ts';
import { RunFolders } from './run-folders.ts';
import { Witness } from './witness.ts';

/** A command that had to be refused, and how it ended. */
export interface Refusal {
  readonly command: string;
  readonly code: number | null;
}

/** Runs commands of the product, keeps what they print, and watches their processes. */
export class CliRun {
  readonly folders: RunFolders;
  readonly witness = new Witness();
  readonly refusals: Refusal[] = [];
  #number = 0;

  constructor(folders: RunFolders) {
    this.folders = folders;
    mkdirSync(join(folders.at('run'), 'tokens'), { mode: 0o700 });
    const tokens = `directories.tokendir = ${join(folders.at('run'), 'tokens')}`;
    const conf = join(folders.at('run'), 'softhsm2.conf');
    writeFileSync(conf, `${tokens}\nobjectstore.backend = file\n`);
    folders.environment['SOFTHSM2_CONF'] = conf;
  }

  /** A file that a command is pointed to as `secrets/NAME`. */
  secret(name: string, content: string | Uint8Array): void {
    writeFileSync(join(this.folders.at('secrets'), name), content, { mode: 0o600 });
  }

  /** Starts a program; commands are cut at spaces and run in the run's root folder. */
  start(name: string, command: string): Program {
    const { folders, witness } = this;
    const program = new Program([keyreeve, ...command.split(' ')], {
      folder: folders.root,
      environment: folders.environment,
      output: join(folders.at('out'), name),
    });
    witness.watch(program.pid);
    return program;
  }

  /** A command that must work; answers what it prints. */
  async do(command: string): Promise<string> {
    const { program, code } = await this.#run(command);
    if (code !== 0) throw new Error(`keyreeve ${command}: exit code ${code}\n${program.err}`);
    return program.out;
  }

  /** A command that must not work. */
  async refused(command: string): Promise<void> {
    const { code } = await this.#run(command);
    this.refusals.push({ command, code });
  }

  async #run(command: string): Promise<{ program: Program; code: number | null }> {
    this.#number += 1;
    const program = this.start(`command-${String(this.#number).padStart(3, '0')}`, command);
    return { program, code: await program.exit() };
  }
}
