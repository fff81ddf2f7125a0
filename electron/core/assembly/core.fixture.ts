import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InputFor, OperationName, OutputFor } from '../../../shared/contract/index.ts';
import type { Change } from '../../../shared/contract/session.ts';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { Caller, CoreConfig, HostedCore } from '../core.ts';
import { createCore } from '../create-core.ts';
import { leastKdfCost } from '../crypto/passphrase-kdf.ts';
import { TestClock } from '../kernel/test-clock.fixture.ts';

export const person = (channel: Caller['channel']): Caller => ({
  trusted: true,
  actor: 'custodian-2',
  host: 'test',
  channel,
});

/** A whole core on a keystore of its own, by a clock that a test moves, which starts no process. */
export class TestCore implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'keyreeve-core-'));
  readonly keystore = join(this.folder, 'test.keystore');
  /** A second place for backups, which a real keystore must have. */
  readonly backups = join(this.folder, 'backups');
  readonly clock = new TestClock();
  readonly changes: Change[] = [];
  readonly core: HostedCore;

  constructor(config: Partial<CoreConfig> = {}) {
    mkdirSync(this.backups);
    this.core = createCore(
      {
        clock: this.clock,
        random: randomBytes,
        log: { log: () => undefined },
        paths: { state: join(this.folder, 'state') },
        ask: { secret: async () => null },
        launcher: {
          launch: (entry) => {
            throw new Error(`${entry} was launched`);
          },
        },
        faults: { reach: () => undefined },
      },
      { keystorePath: this.keystore, longLived: true, kdfCost: leastKdfCost, ...config },
    );
    this.core.onChange((change) => this.changes.push(change));
  }

  /** @throws OperationError what the core answers */
  async call<N extends OperationName>(
    name: N,
    input: InputFor<N>,
    channel: Caller['channel'] = 'desktop',
  ): Promise<OutputFor<N>> {
    const reply = await this.core.call(name, input, person(channel));
    if (!reply.ok) throw OperationError.from(reply.failure);
    return reply.output as OutputFor<N>;
  }

  async create(realm: 'practice' | 'real' = 'practice'): Promise<void> {
    await this.call('keystore.create', {
      realm,
      passphrase: passphrase(),
      backupPlace: this.backups,
    });
  }

  /** Unlocked and checked. */
  async unlock(channel: Caller['channel'] = 'desktop'): Promise<void> {
    await this.call('keystore.unlock', { passphrase: passphrase() }, channel);
    await this.until('verified');
  }

  /** Locking and checking take as long as the disk does. */
  async until(state: string): Promise<void> {
    while ((await this.state()) !== state) await this.clock.settle();
  }

  async state(): Promise<string> {
    return (await this.call('keystore.status', {}, 'cli')).state;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.core.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const passphrase = (): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(Buffer.from('a passphrase of several words'));
