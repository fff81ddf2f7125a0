/** A core that opens large keystores, in a process of its own so that its event loop is its own. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Caller, Core } from '../electron/core/core.ts';
import { createCore } from '../electron/core/create-core.ts';
import { defaultKdfCost, passphraseKey } from '../electron/core/crypto/passphrase-kdf.ts';
import { nodeClock } from '../electron/core/kernel/node-clock.ts';
import { Secret } from '../electron/core/kernel/secret.ts';
import { createKeystore } from '../electron/core/store/keystore-file.ts';
import { type Call, outputOf } from '../electron/hosts/cli/operations.ts';
import { nodePorts } from '../electron/hosts/node-ports.ts';
import { fillStore } from './support/fill-store.ts';
import { LoopDelay } from './support/loop-delay.ts';
import { timed } from './support/measure.ts';
import { serve } from './support/worker.ts';

const passphrase = 'a passphrase of several words';
const caller: Caller = { trusted: true, actor: 'bench', host: 'bench', channel: 'cli' };
const bytesOf = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(text));
const keystoreIn = (folder: string): string => join(folder, 'bench.keystore');

export type UnlockMethods = {
  fill(input: { readonly folder: string; readonly keys: number }): Promise<void>;
  /** Argon2id alone, with the cost of a new keystore. Milliseconds. */
  derive(input: null): Promise<number>;
  /** How late the loop is when nothing is done. */
  idle(input: { readonly ms: number }): Promise<{ loopP99: number; loopMost: number }>;
  open(input: { readonly folder: string }): Promise<{
    /** Milliseconds from the call until the first page of keys is there. */
    readonly readable: number;
    /** Milliseconds from then until the keystore is verified. */
    readonly verified: number;
    readonly loopP99: number;
    readonly loopMost: number;
  }>;
};

async function fill(folder: string, keys: number): Promise<void> {
  using secret = Secret.copyOf(Buffer.from(passphrase));
  const ports = { clock: nodeClock, random: randomBytes };
  const { store } = await createKeystore({
    ...ports,
    path: keystoreIn(folder),
    realm: 'practice',
    slot: { kind: 'passphrase', label: 'passphrase', passphrase: secret },
  });
  fillStore(store, ports, keys);
  store.close();
}

async function derive(): Promise<number> {
  using secret = Secret.copyOf(Buffer.from(passphrase));
  const { ms, value } = await timed(() => passphraseKey(secret, randomBytes(32), defaultKdfCost));
  value.dispose();
  return ms;
}

const callOn =
  (core: Core): Call =>
  async (name, input) =>
    outputOf<typeof name>(await core.call(name, input, caller));

async function open(folder: string): ReturnType<UnlockMethods['open']> {
  const ports = nodePorts({
    stateFolder: join(folder, 'state'),
    ask: { secret: async () => null },
    log: { log: () => undefined },
  });
  const core = createCore(ports, { keystorePath: keystoreIn(folder), longLived: true });
  const call = callOn(core);
  const verified = new Promise<void>((resolve, reject) => {
    core.onChange(({ what }) => {
      if (what !== 'session') return;
      void call('keystore.status', {}).then(({ state, reason }) => {
        if (state === 'verified') resolve();
        if (state === 'read-only') reject(new Error(`read-only: ${reason ?? ''}`));
      });
    });
  });
  try {
    const first = await timed(async () => {
      await call('keystore.unlock', { passphrase: bytesOf(passphrase) });
      await call('key.list', { limit: 100 });
    });
    using loop = new LoopDelay();
    const second = await timed(() => verified);
    return { readable: first.ms, verified: second.ms, ...loop.read() };
  } finally {
    await core.stop();
  }
}

const methods: UnlockMethods = {
  fill: ({ folder, keys }) => fill(folder, keys),
  derive,
  idle: async ({ ms }) => {
    using loop = new LoopDelay();
    await new Promise((resolve) => setTimeout(resolve, ms));
    return loop.read();
  },
  open: ({ folder }) => open(folder),
};

serve(methods);
