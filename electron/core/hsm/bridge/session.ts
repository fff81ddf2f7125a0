import { isFailureCode, OperationError } from '../../../../shared/errors/operation-error.ts';
import { Secret } from '../../kernel/secret.ts';
import type { TokenStatus } from '../driver.ts';
import type { ModuleFile } from '../module-file.ts';
import type { Attached, AttachTarget, BridgeEvent, BridgeState } from './bridge.ts';
import { BridgeConnection, gone } from './connection.ts';
import type { BridgePorts } from './one-shot.ts';
import { bytesOf, KeptPin } from './kept-pin.ts';
import { automaticLogin, openSpec, requireTriesLeft } from './opening.ts';
import type { Method } from './methods.ts';
import type { Answer } from './protocol.ts';
import { Recovery } from './recovery.ts';

/** The target and its own copy of the software device's key. */
interface Bound {
  readonly target: AttachTarget;
  readonly key: Secret | null;
}

/**
 * Keeps one bridge process bound to one token: starts it, gives it calls, and replaces it when it
 * crashed, hung, or said something after which nothing it says is to be trusted. A module is never
 * initialised twice in one process.
 */
export class BridgeSession {
  readonly #ports: BridgePorts;
  readonly #pin: KeptPin;
  readonly #recovery: Recovery;
  readonly #listeners = new Set<(event: BridgeEvent) => void>();
  #bound: Bound | null = null;
  #connection: BridgeConnection | null = null;
  #opening: BridgeConnection | null = null;
  #logins: Promise<unknown> = Promise.resolve();
  state: BridgeState = 'none';
  lastStatus: TokenStatus | null = null;
  module: ModuleFile | null = null;
  #failure: OperationError | null = null;

  constructor(ports: BridgePorts) {
    this.#ports = ports;
    this.#pin = new KeptPin(ports.log);
    this.#recovery = new Recovery(ports.clock, () => this.#reconnect());
  }

  get pid(): number | null {
    return this.#connection?.pid ?? null;
  }

  onEvent(listener: (event: BridgeEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async attach(target: AttachTarget, keepTrying: boolean): Promise<Attached> {
    try {
      return await this.#attach(target, keepTrying);
    } catch (error) {
      throw namingToken(error, target);
    }
  }

  async #attach(target: AttachTarget, keepTrying: boolean): Promise<Attached> {
    await this.detach();
    const key = target.driver === 'software' ? target.key.clone() : null;
    this.#bound = { target, key };
    try {
      const status = await this.#connect();
      return { module: this.module, status };
    } catch (error) {
      if (keepTrying && isPassing(error)) this.#lost(error);
      else await this.detach();
      throw error;
    }
  }

  async detach(): Promise<void> {
    this.#recovery.stop();
    this.#pin.forget();
    this.#bound?.key?.dispose();
    this.#bound = null;
    this.module = null;
    this.lastStatus = null;
    this.#failure = null;
    this.state = 'none';
    this.#opening?.kill(gone('detached', 'bridge process'));
    const connection = this.#connection;
    this.#connection = null;
    if (connection === null || connection.ended !== null) return;
    // A module that is asked may close its sessions in order; one that does not is ended anyway.
    await connection.call('end', []).catch(() => undefined);
    connection.kill(gone('detached', 'bridge process'));
  }

  async respawn(): Promise<TokenStatus> {
    if (this.#bound === null) throw new OperationError('HSM_NOT_ATTACHED');
    const replaced = this.#connection;
    this.#connection = null;
    replaced?.kill(gone('replaced', 'bridge process'));
    await this.#recovery.attempt();
    return this.readStatus();
  }

  async readStatus(): Promise<TokenStatus> {
    if (this.#recovery.underWay !== null) await this.#recovery.underWay;
    const connection = this.#living();
    const status = await this.#guarded(connection, connection.call('status', []));
    this.lastStatus = status;
    return status;
  }

  /** A call that needs a logged-in token. */
  async call<M extends Method>(
    method: M,
    args: readonly unknown[],
    wipe: readonly Uint8Array[],
  ): Promise<Answer<M>> {
    if (this.#recovery.underWay !== null) await this.#recovery.underWay;
    const connection = this.#living();
    if (this.state === 'pin-needed') {
      throw new OperationError('HSM_PIN_NEEDED', { pin: this.lastStatus?.pin ?? 'ok' });
    }
    const answer = await this.#guarded(connection, connection.call(method, args, wipe));
    this.#recovery.calm();
    return answer;
  }

  login(pin: Uint8Array, confirmed: boolean): Promise<TokenStatus> {
    const entry = Secret.copyOf(pin);
    const turn = this.#logins.then(() => this.#loginOnce(entry, confirmed));
    // Whoever comes next waits for the end, not for the success, of this one.
    this.#logins = turn.catch(() => undefined);
    return turn.finally(() => entry.dispose());
  }

  async #loginOnce(entry: Secret, confirmed: boolean): Promise<TokenStatus> {
    const before = await this.readStatus();
    if (before.loggedIn) return before;
    requireTriesLeft(before, confirmed);
    if (this.#recovery.underWay !== null) await this.#recovery.underWay;
    const connection = this.#living();
    const copy = bytesOf(entry);
    try {
      const status = await this.#guarded(connection, connection.call('login', [copy], [copy]));
      this.#pin.keep(entry);
      this.#becameReady(status);
      this.#emit({ type: 'back', status });
      return status;
    } catch (error) {
      this.#pin.forget();
      throw error;
    }
  }

  async logout(): Promise<void> {
    this.#pin.forget();
    if (this.state !== 'ready') return;
    if (this.#recovery.underWay !== null) await this.#recovery.underWay;
    const connection = this.#living();
    await this.#guarded(connection, connection.call('logout', []));
    this.state = 'pin-needed';
  }

  forgetPin(): void {
    this.#pin.forget();
  }

  /** Callers wait for an attempt under way before, but not for the pause between two. */
  #living(): BridgeConnection {
    if (this.#bound === null) throw new OperationError('HSM_NOT_ATTACHED');
    if (this.#connection !== null && this.#connection.ended === null) return this.#connection;
    throw namingToken(this.#failure ?? gone('no process', 'bridge process'), this.#bound.target);
  }

  /** Looks at a failed answer for what it says about the process. */
  async #guarded<T>(connection: BridgeConnection, answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      const target = this.#bound?.target;
      if (error instanceof OperationError && this.#distrusts(error)) connection.kill(error);
      throw target === undefined ? error : namingToken(error, target);
    }
  }

  /** A token that forgot a login it had is as good as one that was pulled out. */
  #distrusts(error: OperationError): boolean {
    if (error.code === 'HSM_PIN_NEEDED') return this.state === 'ready';
    return error.code === 'HSM_UNAVAILABLE';
  }

  async #connect(): Promise<TokenStatus> {
    const bound = this.#bound;
    if (bound === null) throw new OperationError('HSM_NOT_ATTACHED');
    const { target } = bound;
    const environment = target.driver === 'pkcs11' ? target.environment : undefined;
    const channel = this.#ports.launcher.launch('hsm-bridge', environment);
    const connection = new BridgeConnection(this.#ports, channel, (why) => {
      if (this.#connection === connection) this.#lost(why);
    });
    this.#opening = connection;
    try {
      // looked at while the process starts
      const { spec, module } = await openSpec(target, this.module?.sha256);
      this.module = module;
      const opened = await connection.call('open', [spec]);
      const status = await automaticLogin(connection, opened, bound.key ?? this.#pin);
      if (this.#bound !== bound) throw gone('detached', 'bridge process');
      if (connection.ended !== null) throw connection.ended;
      this.#connection = connection;
      this.#failure = null;
      if (status.loggedIn) this.#becameReady(status);
      else this.#waitForPin(status);
      return status;
    } catch (error) {
      connection.kill(gone('not opened', 'bridge process'));
      throw error;
    } finally {
      if (this.#opening === connection) this.#opening = null;
    }
  }

  async #reconnect(): Promise<boolean> {
    const bound = this.#bound;
    if (bound === null) return true;
    try {
      const status = await this.#connect();
      this.#emit({ type: 'back', status });
      if (!status.loggedIn) this.#emit({ type: 'pin-needed', status });
      return true;
    } catch (error) {
      // detached meanwhile: there is nothing to come back to
      if (this.#bound !== bound) return true;
      this.#failure = asFailure(error);
      this.state = this.#failure.code === 'HSM_WRONG_TOKEN' ? 'wrong-token' : 'unavailable';
      return false;
    }
  }

  #lost(why: unknown): void {
    if (this.#bound === null) return;
    this.#failure = asFailure(why);
    this.#connection = null;
    this.state = this.#failure.code === 'HSM_WRONG_TOKEN' ? 'wrong-token' : 'unavailable';
    this.#ports.log.log('warn', 'hsm.lost', { cause: this.#failure.external?.name });
    this.#emit({ type: 'lost', failure: this.#failure });
    this.#recovery.begin();
  }

  #becameReady(status: TokenStatus): void {
    this.state = 'ready';
    this.lastStatus = status;
  }

  #waitForPin(status: TokenStatus): void {
    this.state = 'pin-needed';
    this.lastStatus = status;
  }

  #emit(event: BridgeEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

/** A person is to be told which token it is about, whatever the call was. */
function namingToken(error: unknown, target: AttachTarget): unknown {
  if (!(error instanceof OperationError) || !error.code.startsWith('HSM_')) return error;
  if (target.driver === 'software' || Object.hasOwn(error.details, 'serial')) return error;
  const details = { token: target.tokenLabel, serial: target.tokenSerial, ...error.details };
  const external = error.external ? { external: error.external } : {};
  return new OperationError(error.code, details, { ...external, cause: error });
}

/** Failures that may be over by themselves: the token is away, another one is in its place. */
const isPassing = (error: unknown): boolean =>
  error instanceof OperationError &&
  ['HSM_UNAVAILABLE', 'HSM_TIMEOUT', 'HSM_WRONG_TOKEN'].includes(error.code);

function asFailure(error: unknown): OperationError {
  if (error instanceof OperationError && isFailureCode(error.code)) return error;
  return new OperationError('INTERNAL', {}, { cause: error });
}
