/**
 * What a host must bring. There are no default ports: a host that forgets one does not compile,
 * and the core can be driven by a test with its own time, randomness and prompts.
 */

/** Wall time in milliseconds since 1970 (UTC), a monotonic reading, and cancellable waiting. */
export interface Clock {
  /** Wall clock, milliseconds since 1970-01-01T00:00:00Z. May jump; never use it to measure. */
  now(): number;
  /** Monotonic milliseconds from an arbitrary origin. Only differences mean something. */
  monotonic(): number;
  /** As `monotonic`, but goes on while the computer sleeps; nobody sets it. */
  elapsed(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Resolves on a later turn of the event loop, so that long work can be cut into slices. */
  yield(): Promise<void>;
  /**
   * The clock by which a device must answer, where it is another one: a test that hurries pauses
   * hurries no device.
   */
  readonly ofDevices?: Clock;
}

/** Cryptographically secure random bytes. */
export type RandomBytes = (length: number) => Buffer;

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Structured log. Fields must be safe to show: never a secret, never raw request bodies. */
export interface Logger {
  log(level: LogLevel, event: string, fields?: Readonly<Record<string, LogValue>>): void;
}
export type LogValue = string | number | boolean | null | undefined;

/** Where the core may put what belongs to this computer and user and not to a keystore. */
export interface AppPaths {
  /** Private state of this device (0700): device id, sockets. */
  readonly state: string;
}

/** One question to the operator whose answer is a secret (a PIN, a passphrase). */
export interface SecretQuestion {
  readonly kind: 'passphrase' | 'new-passphrase' | 'pin' | 'confirm-pin';
  /** What the person sees, e.g. `PIN of token “BYOK-A”, serial 7016234`. */
  readonly prompt: string;
}

/** Asks a person. Resolves to null when nobody can be asked or the person declines. */
export interface OperatorPrompts {
  secret(question: SecretQuestion): Promise<Uint8Array | null>;
}

/** A child process the core started: framed messages both ways, ends with its parent. */
export interface ChildChannel {
  readonly pid: number;
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  onExit(listener: (reason: ChildExit) => void): void;
  kill(signal?: 'SIGTERM' | 'SIGKILL'): void;
}
export interface ChildExit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** The HSM bridge, and the practice KMS of a practice keystore. */
export type ProcessEntry = 'hsm-bridge' | 'practice-kms';

/** Starts the processes the core owns. Electron uses utility processes, Node hosts fork. */
export interface ProcessLauncher {
  launch(entry: ProcessEntry, environment?: Readonly<Record<string, string>>): ChildChannel;
}

/**
 * Named points that a crash harness may stop the process at. Production hosts pass
 * `{ reach() {} }`; the harness kills the process from here, so nothing may be caught around it.
 */
export interface FaultPoints {
  /** Nobody listens: who passes a point often need not tell. */
  readonly silent?: true;
  reach(point: string): void;
}

export interface HostPorts {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Logger;
  readonly paths: AppPaths;
  readonly ask: OperatorPrompts;
  readonly launcher: ProcessLauncher;
  readonly faults: FaultPoints;
}

/** The bundle most services take. */
export type Base = Pick<HostPorts, 'clock' | 'random' | 'log'>;
