import type { HsmDriver } from '../hsm/driver.ts';
import type { Clock, Logger, RandomBytes } from '../ports.ts';
import { keyOnDevice } from './device-keys.ts';
import type { DeviceKey } from './serving/serving-set.ts';

export type HealthStatus = 'ACTIVE' | 'DEGRADED' | 'UNAVAILABLE';

export interface Health {
  readonly status: HealthStatus;
  /** Monotonic milliseconds of the trial. */
  readonly at: number;
  /** How long the trial took, in milliseconds. */
  readonly took: number;
  /** One sentence; null when all is well. */
  readonly problem: string | null;
}

export type HealthPorts = {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Logger;
};

export interface HealthSources {
  readonly device: Pick<HsmDriver, 'gcmEncrypt' | 'gcmDecrypt'>;
  /** Encrypts probe values and nothing else. */
  readonly canary: () => DeviceKey;
  /** Whether the audit can be written. */
  auditHealthy(): boolean;
  /** A reason to call a device that works degraded (few PIN tries left); null for none. */
  warning(): string | null;
  /** Opens the device anew in a fresh process. */
  reopen(): Promise<unknown>;
}

/** Milliseconds: between two trials, the same while it is not known to work, of age at which KMS is told a fresh result, of patience. */
const every = 15_000;
const untried = 1_000;
const oldest = 50_000;
const patience = 150;
/** A device that takes longer than this for two operations eats into AWS's 250 ms. */
const slow = 80;
/** One slow trial may be the computer's; so many in a row are the device's. */
const slowInARow = 3;
/** Milliseconds after which a device that still shows no keys is opened anew again: each time twice as long. */
const reopenFirst = 4_000;
const reopenMost = 60_000;

/**
 * Whether the next call would work, found by encrypting and decrypting with a key of its own. The
 * result is kept for less than a minute, and thrown away when something happens to the device.
 */
export class HealthWatch {
  readonly #ports: HealthPorts;
  readonly #sources: HealthSources;
  #last: Health;
  #trial: Promise<Health> | null = null;
  #slow = 0;
  /** A key of a request was on the device since the last trial. */
  #worked = false;
  /** Before which the device is not opened anew (monotonic milliseconds), and how long after that. */
  #reopens = { notBefore: 0, next: reopenFirst };

  constructor(ports: HealthPorts, sources: HealthSources) {
    this.#ports = ports;
    this.#sources = sources;
    const at = ports.clock.monotonic() - oldest;
    this.#last = { status: 'UNAVAILABLE', at, took: 0, problem: 'Not tried yet.' };
  }

  /** As last found; see {@link check}. */
  get last(): Health {
    return this.#sources.auditHealthy() ? this.#last : this.#withoutAudit();
  }

  /** Fresh enough for KMS; tries again when it is not. */
  async current(): Promise<Health> {
    const age = this.#ports.clock.monotonic() - this.#last.at;
    if (age >= oldest) await this.check();
    return this.last;
  }

  /** The device went away: said at once, without a trial. */
  lost(problem: string): void {
    this.#set({ status: 'UNAVAILABLE', at: this.#ports.clock.monotonic(), took: 0, problem });
  }

  /** The key of a request was on the device. */
  worked(): void {
    this.#worked = true;
  }

  /** The key of a request is served and was not on the device. */
  missed(): void {
    if (this.#last.status !== 'UNAVAILABLE') void this.check();
  }

  /** Tries the device; callers at the same time share one trial. */
  check(): Promise<Health> {
    this.#trial ??= this.#try().finally(() => {
      this.#trial = null;
    });
    return this.#trial;
  }

  /** After a login: the first trial finds out what the module can do, and is slow. */
  async checkTwice(): Promise<void> {
    await this.check();
    await this.check();
  }

  /**
   * Tries again and again until the signal is aborted. Not at once: a trial would stand before the
   * first requests, and who asks for {@link current} has it tried.
   */
  async watch(signal: AbortSignal): Promise<void> {
    for (let pause = untried; ; pause = this.#last.status === 'ACTIVE' ? every : untried) {
      try {
        await this.#ports.clock.sleep(pause, signal);
      } catch {
        return; // told to end
      }
      await this.check();
    }
  }

  async #try(): Promise<Health> {
    const { clock } = this.#ports;
    const begun = clock.monotonic();
    const giveUp = new AbortController();
    const tooLate = clock.sleep(patience, giveUp.signal).then(
      () => `The device did not answer within ${patience} ms.`,
      () => null,
    );
    const problem = await Promise.race([this.#roundTrip(), tooLate]);
    giveUp.abort(new Error('answered'));
    const at = clock.monotonic();
    const took = at - begun;
    const worked = this.#worked;
    this.#worked = false;
    if (problem !== null) {
      if (problem === missing && !worked) await this.#reopen(at);
      return this.#set({ status: 'UNAVAILABLE', at, took, problem });
    }
    this.#reopens = { notBefore: 0, next: reopenFirst };
    this.#slow = took > slow ? this.#slow + 1 : 0;
    const late = this.#slow < slowInARow ? null : `The device took ${Math.round(took)} ms.`;
    const warning = late ?? this.#sources.warning();
    const status = warning === null ? 'ACTIVE' : 'DEGRADED';
    return this.#set({ status, at, took, problem: warning });
  }

  /**
   * A module may go on without what came back to the token under it. A process that loads it again sees
   * it; while keys of requests are there, only the one of the trial is gone, and they are let be.
   */
  async #reopen(now: number): Promise<void> {
    const { notBefore, next } = this.#reopens;
    if (now < notBefore) return;
    this.#reopens = { notBefore: now + next, next: Math.min(next * 2, reopenMost) };
    try {
      await this.#sources.reopen();
      this.#ports.log.log('warn', 'xks.device.reopened');
    } catch (error) {
      const code = error instanceof Error ? error.message : typeof error;
      this.#ports.log.log('warn', 'xks.device.not-reopened', { code });
    }
  }

  /** What was wrong, as a sentence. */
  async #roundTrip(): Promise<string | null> {
    const { device, canary } = this.#sources;
    const value = this.#ports.random(32);
    const aad = Buffer.from('keyreeve xks health');
    try {
      const key = keyOnDevice(canary());
      const sealed = await device.gcmEncrypt(key, aad, value);
      const opened = await device.gcmDecrypt(key, aad, sealed);
      if (value.equals(opened)) return null;
      return 'The device gave back another value than it was given.';
    } catch (error) {
      const name = error instanceof Error ? error.message : typeof error;
      return answered(name);
    }
  }

  #set(health: Health): Health {
    if (health.status !== this.#last.status) {
      const level = health.status === 'ACTIVE' ? 'info' : 'warn';
      this.#ports.log.log(level, 'xks.health', { status: health.status, problem: health.problem });
    }
    this.#last = health;
    return health;
  }

  #withoutAudit(): Health {
    return { ...this.#last, status: 'UNAVAILABLE', problem: 'The audit cannot be written.' };
  }
}

const answered = (name: string): string => `The device answered ${name}.`;
const missing = answered('HSM_MASTER_MISSING');
