import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '../kernel/secret.ts';
import { TestClock } from '../kernel/test-clock.fixture.ts';
import type { Clock } from '../ports.ts';
import type { OpenStore } from './open-store.ts';
import { createStoreWithRootKey, openStoreWithRootKey } from './store-file.ts';
import type { Realm } from './store.ts';

/** A keystore in a folder of its own, for tests: real file, real encryption, no slots. */
export interface TemporaryStore {
  /** The store as it is open now; another object after `reopen`. */
  readonly store: OpenStore;
  readonly rootKey: Secret;
  readonly folder: string;
  readonly path: string;
  readonly clock: Clock;
  readonly random: (length: number) => Buffer;
  /** Closes the store and opens it again; it is `checking` until `store.verify()`. */
  reopen(): Promise<OpenStore>;
  /** Closes the store and removes its folder. */
  dispose(): void;
  [Symbol.dispose](): void;
}

/** Makes a new, verified store from an unwrapped root key. Dispose of it (`using` works). */
export function temporaryStore(options: { realm?: Realm; clock?: Clock } = {}): TemporaryStore {
  const folder = mkdtempSync(join(tmpdir(), 'keyreeve-store-'));
  const path = join(folder, 'test.keystore');
  const clock = options.clock ?? new TestClock();
  const random = (length: number): Buffer => randomBytes(length);
  const rootKey = Secret.adopt(randomBytes(32));
  const spec = { path, rootKey, clock, random };
  let store = createStoreWithRootKey({ ...spec, realm: options.realm ?? 'practice' });
  const dispose = (): void => {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return {
    get store() {
      return store;
    },
    rootKey,
    folder,
    path,
    clock,
    random,
    async reopen() {
      store.close();
      store = await openStoreWithRootKey(spec);
      return store;
    },
    dispose,
    [Symbol.dispose]: dispose,
  };
}
