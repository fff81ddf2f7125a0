import type {
  Cloud,
  CloudConnection,
  CloudPorts,
  CloudSettings,
  ConnectionSpec,
  Outlook,
} from '../cloud.ts';
import { FreshKeys } from './fresh-keys.ts';
import { Pacer } from './pacing.ts';
import { quotasFrom } from './quotas.ts';

/** The adapter before and after the SDK is loaded; pace and fresh keys are common to all connections. */
export class LazyCloud implements Cloud {
  readonly #ports: CloudPorts;
  readonly #settings: CloudSettings;
  readonly #realPace: Pacer;
  readonly #practicePace: Pacer;
  readonly #fresh = new FreshKeys();
  readonly #open = new Set<CloudConnection>();

  constructor(ports: CloudPorts, settings: CloudSettings) {
    this.#ports = ports;
    this.#settings = settings;
    const quotas = quotasFrom(settings);
    this.#realPace = new Pacer(ports.clock, quotas);
    this.#practicePace = new Pacer(ports.clock, quotas, settings.pacePractice !== true);
  }

  async connect(spec: ConnectionSpec): Promise<CloudConnection> {
    const { connect } = await import('./connection.ts');
    const made = await connect(spec, {
      ports: this.#ports,
      pacer: this.#pacer(spec.realm),
      fresh: this.#fresh,
      connectTimeout: this.#settings.connectTimeout ?? 5_000,
      callTimeout: this.#settings.callTimeout ?? 30_000,
      closed: (connection) => this.#open.delete(connection),
    });
    this.#open.add(made);
    return made;
  }

  outlook(place: Parameters<Cloud['outlook']>[0]): Outlook {
    return this.#pacer(place.realm).outlook(place);
  }

  close(): void {
    for (const connection of this.#open) connection.close();
  }

  #pacer(realm: ConnectionSpec['realm']): Pacer {
    return realm === 'real' ? this.#realPace : this.#practicePace;
  }
}
