import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { Secret } from '../../kernel/secret.ts';
import type { OpenStore } from '../open-store.ts';
import { openStoreWithRootKey } from '../store-file.ts';
import { type TemporaryStore, temporaryStore } from '../store.fixture.ts';
import { Backups } from './backups.ts';
import { restore } from './restore.ts';
import { type BackupReport, verifyBackup } from './verify-backup.ts';

/** A store, a second place for its backups, and short words for what the tests do with them. */
export class BackupScene {
  readonly temporary: TemporaryStore = temporaryStore({ realm: 'real' });
  readonly place = mkdtempSync(join(tmpdir(), 'keyreeve-place-'));
  readonly backups = new Backups({
    store: this.temporary.store,
    place: this.place,
    tool: 'test 1',
    keep: 2,
  });

  get restoredPath(): string {
    return join(this.temporary.folder, 'restored.keystore');
  }
  get ports() {
    return { clock: this.temporary.clock, random: this.temporary.random };
  }
  get storeFolder(): string {
    return join(this.place, `keyreeve-${this.temporary.store.id}`);
  }

  /** Writes a setting and a secret that belongs to it. */
  put(key: string, value: string): void {
    const { store } = this.temporary;
    store.change(() => {
      store.db
        .prepare(
          'insert into setting values (?, ?) on conflict do update set value = excluded.value',
        )
        .run(key, value);
      store.seals.put(binding(key), Secret.copyOf(Buffer.from(`secret of ${key} ${value}`)));
    });
  }

  copies(): string[] {
    return readdirSync(this.storeFolder).sort();
  }

  verify(path = this.place): Promise<BackupReport> {
    return verifyBackup(path, { rootKey: this.temporary.rootKey }, this.temporary.clock);
  }

  /** Restores the newest backup and opens the result, verified. */
  async restored(): Promise<OpenStore> {
    const { rootKey } = this.temporary;
    await restore({ ...this.ports, from: this.place, to: this.restoredPath, unlock: { rootKey } });
    const store = await openStoreWithRootKey({ ...this.ports, path: this.restoredPath, rootKey });
    if ((await store.verify()) !== 'verified') throw new Error(store.reason ?? 'not verified');
    return store;
  }

  async dispose(): Promise<void> {
    await this.backups.close();
    this.temporary.dispose();
    rmSync(this.place, { recursive: true, force: true });
  }
}

export const binding = (row: string) => ({
  table: 'setting',
  row,
  column: 'secret',
  state: 'active',
  policy: 'p',
});

export const setting = (store: OpenStore, key: string): unknown =>
  store.db.prepare('select value from setting where key = ?').pluck().get(key);

/** The failure that `work` ends with, as one flat object. */
export async function failure(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    if (error instanceof OperationError) return { code: error.code, ...error.details };
    throw error;
  }
  return 'no error';
}
