import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { createCore } from '../../core/create-core.ts';
import type { Core } from '../../core/core.ts';
import { prepareSoftToken } from '../../core/hsm/soft-token.ts';
import { nodeClock } from '../../core/kernel/node-clock.ts';
import { nodeLauncher } from '../../core/kernel/node-launcher.ts';
import { type Call, outputOf, type OutputFor } from '../cli/operations.ts';
import { localActor } from '../local-actor.ts';

const keyNames = ['both', 'encryptOnly', 'decryptOnly', 'none'] as const;

/** A practice keystore that has published a store with four keys, and is closed again. */
export interface Rehearsed {
  readonly prepared: OutputFor<'xks.prepareProxy'>;
  /** Null where the built-in device keeps the keys. */
  readonly pinFile: string | null;
  readonly uriPath: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly keys: Readonly<Record<(typeof keyNames)[number], string>>;
}

const handedOver = z.object({
  XksProxyUriPath: z.string(),
  XksProxyAuthenticationCredential: z.object({
    AccessKeyId: z.string(),
    RawSecretAccessKey: z.string(),
  }),
});

/** Makes keystore, token, store and keys in `folder`, as a custodian would, and locks the keystore. */
export async function rehearse(folder: string): Promise<Rehearsed> {
  const core = createCore(
    {
      clock: nodeClock,
      random: randomBytes,
      log: { log: () => undefined },
      paths: { state: join(folder, 'state') },
      ask: { secret: async () => null },
      launcher: nodeLauncher,
      faults: { reach: () => undefined },
    },
    { keystorePath: join(folder, 'rehearsal.keystore'), longLived: false },
  );
  try {
    return await fill(caller(core), folder);
  } finally {
    await core.stop();
  }
}

function caller(core: Core): Call {
  const by = { trusted: true, ...localActor(), channel: 'cli' } as const;
  return async (name, input) => outputOf<typeof name>(await core.call(name, input, by));
}

async function fill(call: Call, folder: string): Promise<Rehearsed> {
  const passphrase = Uint8Array.from(Buffer.from(randomBytes(24).toString('base64url')));
  await call('keystore.create', { realm: 'practice', passphrase, backupPlace: null });
  const pinFile = await makeToken(call, folder);
  const store = 'rehearsal';
  const storage = pinFile === null ? 'software' : 'hsm';
  // it answers whoever signs with its credential: nothing of it is meant for AWS
  await call('xksStore.add', { name: store, accounts: null, storage });
  const keys: Record<string, string> = {};
  for (const name of keyNames) {
    const encrypt = name === 'both' || name === 'encryptOnly';
    const decrypt = name === 'both' || name === 'decryptOnly';
    const usage = { encrypt, decrypt };
    const made = await call('xksKey.add', { store, name, usage, binding: 'any' });
    keys[name] = made.xksKeyId;
  }
  const file = join(folder, 'handed-over.json');
  await call('xksStore.writeCredential', { store, file });
  const told = handedOver.parse(JSON.parse(readFileSync(file, 'utf8')));
  rmSync(file);
  const prepared = await call('xks.prepareProxy', {});
  return {
    prepared,
    pinFile,
    uriPath: told.XksProxyUriPath,
    accessKeyId: told.XksProxyAuthenticationCredential.AccessKeyId,
    secretAccessKey: told.XksProxyAuthenticationCredential.RawSecretAccessKey,
    keys: keys as Rehearsed['keys'],
  };
}

/** A SoftHSM token of its own; null where there is no SoftHSM. */
async function makeToken(call: Call, folder: string): Promise<string | null> {
  const place = join(folder, 'token');
  mkdirSync(place, { mode: 0o700 });
  const token = prepareSoftToken(place);
  if (token === null) return null;
  // the bridge of this process and the proxy inherit it
  process.env['SOFTHSM2_CONF'] = token.configuration;
  const pin = randomBytes(12).toString('base64url');
  const pinFile = join(folder, 'pin');
  writeFileSync(pinFile, pin, { mode: 0o600 });
  await call('hsm.attach', {
    module: token.module,
    label: 'keyreeve-xks',
    pin: Uint8Array.from(Buffer.from(pin)),
    soPin: Uint8Array.from(Buffer.from(pin)),
    initializeToken: true,
    createMaster: true,
  });
  return pinFile;
}
