import { resolve } from 'node:path';
import type { TokenPlace } from '../../../shared/contract/shapes.ts';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { Caller, Core } from '../../core/core.ts';
import { localActor } from '../local-actor.ts';
import type { GlobalOptions } from '../transport/argv/global-options.ts';
import { connectSocket } from '../transport/socket/connect.ts';
import { socketPlace } from '../transport/socket/place.ts';
import { loginIfNeeded } from './interactive.ts';
import type { OutputFor } from './operations.ts';
import type { Screen } from './screen.ts';
import type { SecretSource } from './secret-sources.ts';
import { chooseSlot, holderSession, ownSession, refuseDamage, type Session } from './session.ts';

/** Makes a core in this process; loaded only when no other process holds the keystore. */
export type OpenCore = (options: { keystorePath: string; verbose: boolean }) => Promise<Core>;

export interface ContextOptions {
  readonly screen: Screen;
  readonly options: GlobalOptions;
  readonly keystorePath: string;
  readonly stateFolder: string;
  readonly openCore: OpenCore;
}

/** What a command works with: where to print, whom to ask, how to reach the core. */
export class CommandContext {
  readonly screen: Screen;
  readonly options: GlobalOptions;
  readonly keystorePath: string;
  readonly stateFolder: string;
  readonly #openCore: OpenCore;
  readonly #open = new Set<Session>();
  #read: Session | null = null;

  constructor(options: ContextOptions) {
    this.screen = options.screen;
    this.options = options.options;
    this.keystorePath = options.keystorePath;
    this.stateFolder = options.stateFolder;
    this.#openCore = options.openCore;
  }

  get json(): boolean {
    return this.options.json === true;
  }

  /** Prints the answer: as the contract declares it, or in words. */
  show<T>(output: T, words: (output: T) => string): void {
    if (this.json) this.screen.json(output);
    else {
      const text = words(output);
      if (text !== '') this.screen.out(text);
    }
  }

  /** A remark beside the result; machines that asked for JSON are spared. */
  remark(text: string): void {
    if (!this.json) this.screen.note(text);
  }

  readonly warn = (text: string): void => this.screen.note(`keyreeve: warning: ${text}`);

  async secret(source: SecretSource): Promise<Uint8Array<ArrayBuffer>> {
    const { readSecret } = await import('./secret-sources.ts');
    return readSecret(source, this.warn);
  }

  async secretIfAny(source: SecretSource): Promise<Uint8Array<ArrayBuffer> | null> {
    const { readSecretIfAny } = await import('./secret-sources.ts');
    return readSecretIfAny(source, this.warn);
  }

  passphraseSource(): SecretSource {
    const { passphraseFd: fd, passphraseFile: file } = this.options;
    return { option: 'passphrase', fd, file, prompt: 'Passphrase of the keystore' };
  }

  pinSource(prompt = 'PIN of the HSM'): SecretSource {
    const { pinFd: fd, pinFile: file } = this.options;
    return { option: 'pin', fd, file, prompt };
  }

  /** The process that holds this keystore, or null. */
  async holder(): Promise<Session | null> {
    const connect = () => connectSocket(socketPlace(this.stateFolder, this.keystorePath));
    const client = await connect();
    return client ? this.#keep(holderSession(client, connect)) : null;
  }

  /** A session for operations that need no open keystore. */
  async unopened(): Promise<Session> {
    return (await this.holder()) ?? this.#own();
  }

  /**
   * A session with an open keystore. A holder must have been unlocked by a person; without a
   * holder the keystore is opened here, for this one command.
   */
  async opened(): Promise<Session> {
    const held = await this.holder();
    const session = held ?? (await this.#own());
    if (!held) await this.unlock(session);
    this.#read = session;
    return session;
  }

  /**
   * To be asked once a command has shown what it read.
   * @throws OperationError KEYSTORE_DAMAGED, KEYSTORE_TAMPERED of the keystore that it was read from
   */
  async refuseDamage(): Promise<void> {
    try {
      if (this.#read) await refuseDamage(this.#read);
    } catch (error) {
      // a rehearsed crash ends the holder, and there is nobody to ask
      if (!(error instanceof OperationError) || error.code !== 'HOLDER_GONE') throw error;
    }
  }

  /** @throws OperationError KEYSTORE_NOT_FOUND where no keystore is */
  async statusOfOne(session: Session): Promise<OutputFor<'keystore.status'>> {
    const status = await session.call('keystore.status', {});
    if (status.state !== 'absent') return status;
    throw new OperationError('KEYSTORE_NOT_FOUND', { path: this.keystorePath });
  }

  /** Opens the keystore of a session with what its slot asks for. */
  async unlock(session: Session): Promise<OutputFor<'keystore.unlock'>> {
    const status = await this.statusOfOne(session);
    const secrets = await this.unlockSecrets(status.slots);
    const opened = await session.call('keystore.unlock', secrets);
    if (this.options.acceptOlder !== true) return opened;
    // What the HSM remembers is read with its PIN; from then on nothing is noted until it is accepted.
    await loginIfNeeded(this, session).catch((error: unknown) => {
      if (!(error instanceof OperationError) || error.code !== 'KEYSTORE_READ_ONLY') throw error;
    });
    return session.call('keystore.unlock', { acceptOlder: true });
  }

  /** Slot, passphrase and PIN as the chosen slot needs them. */
  async unlockSecrets(slots: OutputFor<'keystore.status'>['slots']): Promise<UnlockSecrets> {
    const slot = chooseSlot(slots, this.options.slot);
    const needsPassphrase = slot?.kind !== 'hsm';
    const needsPin = slot !== null && slot.kind !== 'passphrase';
    return {
      ...(slot ? { slot: slot.label } : {}),
      ...(needsPassphrase ? { passphrase: await this.secret(this.passphraseSource()) } : {}),
      ...(needsPin ? { ...this.tokenChoice(), pin: await this.secret(this.pinSource()) } : {}),
    };
  }

  /** Where the token of a slot is, as the options say: for a computer that has not used it yet. */
  tokenChoice(): TokenChoice {
    const { tokenModule, tokenSerial, tokenLabel, tokenParameters, confirmLastTry } = this.options;
    const tries = { confirmLastTry: confirmLastTry === true };
    if (tokenModule === undefined) {
      if ((tokenSerial ?? tokenLabel ?? tokenParameters) === undefined) return tries;
      const problem = 'say too which PKCS#11 module reaches that token';
      throw new OperationError('BAD_INPUT', { field: '--token-module', problem });
    }
    const token = {
      module: resolve(tokenModule),
      ...(tokenSerial === undefined ? {} : { serial: tokenSerial }),
      ...(tokenLabel === undefined ? {} : { label: tokenLabel }),
      ...(tokenParameters === undefined ? {} : { libraryParameters: tokenParameters }),
    };
    return { ...tries, token };
  }

  /** Ends every session this command opened. */
  async end(): Promise<void> {
    await Promise.all([...this.#open].map((session) => session.end()));
  }

  async #own(): Promise<Session> {
    const verbose = this.options.verbose === true;
    const core = await this.#openCore({ keystorePath: this.keystorePath, verbose });
    return this.#keep(ownSession(core, cliCaller()));
  }

  #keep(session: Session): Session {
    this.#open.add(session);
    return session;
  }
}

export interface TokenChoice {
  readonly confirmLastTry?: boolean;
  readonly token?: TokenPlace;
}

export interface UnlockSecrets extends TokenChoice {
  readonly slot?: string;
  readonly passphrase?: Uint8Array<ArrayBuffer>;
  readonly pin?: Uint8Array<ArrayBuffer>;
}

const cliCaller = (): Caller => ({ trusted: true, ...localActor(), channel: 'cli' });
