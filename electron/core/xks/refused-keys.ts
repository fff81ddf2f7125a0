import type { Clock } from '../ports.ts';
import type { Dossier } from './dossier.ts';
import type { XksFailure } from './wire/errors.ts';

/** The detail of a refusal because an external key serves another KMS key. */
export const boundElsewhere = 'bound-to-another-kms-key';

/** A KMS key that was refused, for the external key it named belongs to another. */
export interface RefusedKmsKey {
  /** Id of the store. */
  readonly store: string;
  /** External key id. */
  readonly key: string;
  readonly kmsKeyArn: string;
  readonly times: number;
  /** The last time, milliseconds since 1970. */
  readonly lastAt: number;
}

/** So many are remembered; the one that was refused longest ago gives way. */
const most = 100;
/** AWS's ARNs of keys are far shorter; what is longer is in the audit alone. */
const longestArn = 2048;

/** What one copy has refused since its start; every single refusal is in its audit. */
export class RefusedKmsKeys {
  readonly #clock: Pick<Clock, 'now'>;
  /** In the order of the last refusal. */
  readonly #known = new Map<string, RefusedKmsKey>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** Remembers a refused request if that was why. */
  note({ store, key, metadata }: Dossier, { detail }: XksFailure): void {
    const kmsKeyArn = metadata?.kmsKeyArn ?? null;
    if (detail !== boundElsewhere || store === null || key === null) return;
    if (kmsKeyArn === null || kmsKeyArn.length > longestArn) return;
    const name = `${store}/${key} ${kmsKeyArn}`;
    const times = (this.#known.get(name)?.times ?? 0) + 1;
    this.#known.delete(name);
    this.#known.set(name, { store, key, kmsKeyArn, times, lastAt: this.#clock.now() });
    const [oldest] = this.#known.keys();
    if (this.#known.size > most && oldest !== undefined) this.#known.delete(oldest);
  }

  all(): readonly RefusedKmsKey[] {
    return [...this.#known.values()];
  }
}
