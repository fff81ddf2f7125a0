import { constants, X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { msOf } from '../../core/kernel/node-dates.ts';
import type { Clock, Logger } from '../../core/ports.ts';
import { isSystemError } from '../../core/xks/serving/set-file.ts';
import type { Configuration } from './configuration.ts';

/**
 * The suites of the specification, TLS 1.3 first. Each alone must be enough for KMS.
 */
const ciphers = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
].join(':');

/** What stays the same for every certificate. */
export const tlsRules = {
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.3',
  ciphers,
  // a handshake costs us far more than who asks for it, and KMS never asks for a second one
  secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
} as const;

const day = 24 * 60 * 60_000;
/** AWS's own advice for an alarm. */
const warnDays = 10;
const lookEvery = 1000;

/** A certificate as it is served. */
export interface ServedCertificate {
  readonly context: SecureContextOptions;
  /** Milliseconds since 1970. */
  readonly validTo: number;
  readonly fingerprint: string;
}

/**
 * Reads chain and key, and checks that they belong together.
 * @throws the error of the file system or of the TLS library
 */
export async function readCertificate(configuration: Configuration): Promise<ServedCertificate> {
  // one after the other: of two that cannot be read, it is always the same one that is told
  const cert = await readFile(configuration.certificate);
  const key = await readFile(configuration.privateKey);
  const clients = configuration.clientCertificates;
  const ca = clients === null ? {} : { ca: await readFile(clients.authority) };
  const context = { cert, key, ...ca, ...tlsRules };
  createSecureContext(context);
  const { validTo, fingerprint256 } = new X509Certificate(cert);
  return { context, validTo: Date.parse(validTo), fingerprint: fingerprint256 };
}

/** Whole days until the end; negative when it is over. */
export const daysLeft = (certificate: ServedCertificate, now: number): number =>
  Math.floor((certificate.validTo - now) / day);

/** Serves a replaced certificate without a restart. One that cannot be used changes nothing. */
export class CertificateWatch {
  readonly #ports: { readonly clock: Clock; readonly log: Logger };
  readonly #configuration: Configuration;
  readonly #apply: (context: SecureContextOptions) => void;
  /** Null: they could not be read. */
  #seen: string | null;
  #reading: Promise<void> = Promise.resolve();
  #warnedAt = Number.NEGATIVE_INFINITY;
  current: ServedCertificate;
  /** Why the files are not what is served; null when they are. */
  problem: string | null = null;

  constructor(
    ports: { readonly clock: Clock; readonly log: Logger },
    configuration: Configuration,
    start: { readonly certificate: ServedCertificate; readonly marks: string },
    apply: (context: SecureContextOptions) => void,
  ) {
    this.#ports = ports;
    this.#configuration = configuration;
    this.current = start.certificate;
    this.#seen = start.marks;
    this.#apply = apply;
  }

  async watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#warn();
      try {
        await this.#ports.clock.sleep(lookEvery, signal);
      } catch {
        return; // told to end
      }
      await this.reload();
    }
  }

  /** Applies the files if they were replaced. Resolves when that is done: one reading after the other. */
  reload(): Promise<void> {
    this.#reading = this.#reading.then(() => this.#reload());
    return this.#reading;
  }

  async #reload(): Promise<void> {
    try {
      const seen = await certificateMarks(this.#configuration);
      if (seen === this.#seen) return;
      this.#seen = seen;
      const next = await readCertificate(this.#configuration);
      this.#apply(next.context);
      this.current = next;
      this.problem = null;
      this.#warnedAt = Number.NEGATIVE_INFINITY;
      this.#ports.log.log('info', 'xks.certificate.replaced', { fingerprint: next.fingerprint });
    } catch (error) {
      // Whoever replaces them may give us the right to read them last; that leaves no mark.
      if (isSystemError(error)) this.#seen = null;
      // chain and key are replaced one after the other: the next look may find them fitting
      const problem = error instanceof Error ? error.message : 'unreadable';
      if (problem !== this.problem)
        this.#ports.log.log('error', 'xks.certificate.refused', { problem });
      this.problem = problem;
    }
  }

  #warn(): void {
    const now = this.#ports.clock.now();
    const left = daysLeft(this.current, now);
    if (left >= warnDays || now - this.#warnedAt < day) return;
    this.#warnedAt = now;
    this.#ports.log.log('warn', 'xks.certificate.ends', { days: left });
  }
}

/** Changes when a file is replaced. */
export async function certificateMarks(configuration: Configuration): Promise<string> {
  const files = [configuration.certificate, configuration.privateKey];
  const marks = files.map(async (file) => {
    const { ino, mtime, size } = await stat(file);
    return `${ino}/${msOf(mtime) ?? 0}/${size}`;
  });
  return (await Promise.all(marks)).join(' ');
}
