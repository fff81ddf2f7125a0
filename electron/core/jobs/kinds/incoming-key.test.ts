import { afterEach, beforeEach, expect, it } from 'vitest';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { renderFailure } from '../../../../shared/text/failures.ts';
import type { HsmDriver, KeyBlob } from '../../hsm/driver.ts';
import { type TestKeystore, testKeystore } from '../../keystore/keystore.fixture.ts';
import type { Group } from '../../keystore/rows.ts';
import type { Vault } from '../../keystore/vaults.ts';
import { openIncoming } from './incoming-key.ts';

const kcv = { method: 'CMAC', value: 'ABCDEF0123' } as const;
const master = 'ab'.repeat(16);
const blob = (
  spec: KeyBlob['spec'],
  wrapped: Uint8Array,
  publicKey: Uint8Array | null,
): KeyBlob => ({
  spec,
  wrapped,
  mechanism: 'CKM_AES_KEY_WRAP_KWP',
  masterId: master,
  kcv,
  publicKey,
});

let keystore: TestKeystore;
let group: Group;
let transportId: string;
beforeEach(() => {
  keystore = testKeystore();
  group = keystore.addGroup({ storage: 'hsm' });
  const pair = blob('RSA_4096', Buffer.alloc(2000, 1), Buffer.alloc(550, 2));
  const place = { storage: 'hsm', tokenSerial: 'first-token' } as const;
  const made = { blob: pair, algorithm: 'RSAES_OAEP_SHA_256' } as const;
  transportId = keystore.transportKeys.add(group.id, place, made).id;
});
afterEach(() => keystore[Symbol.dispose]());

/** What is told of a file that a vault answers so. */
async function refused(answer: () => Promise<KeyBlob>): Promise<OperationError> {
  const vault: Pick<Vault, 'driver'> = { driver: { bringIn: answer } as unknown as HsmDriver };
  const incoming = { transportId, file: Buffer.alloc(512), kcv: kcv.value };
  try {
    await openIncoming(keystore, group, vault, incoming);
  } catch (error) {
    if (error instanceof OperationError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

it('names the token whose master key the transport key is under', async () => {
  const error = await refused(async () => {
    throw new OperationError('HSM_MASTER_MISSING', { master });
  });
  const told = renderFailure(error.toFailure());
  expect(error.code).toBe('HSM_MASTER_MISSING');
  expect(told.headline).toBe('The transport key was made on another token.');
  expect(told.next).toMatch(
    /^Attach the token with serial first-token, or give the transport key up/,
  );
});

it('passes on whatever else the vault says', async () => {
  const error = await refused(async () => {
    throw new OperationError('BRING_IN_NOT_OPENED');
  });
  expect(error.toFailure()).toMatchObject({ code: 'BRING_IN_NOT_OPENED', details: {} });
});

it('sends nobody to AWS for a version that has no KMS key there', async () => {
  const key = keystore.addKey(group.id, {}, { kcv });
  const known = async () => {
    const error = await refused(async () => blob('SYMMETRIC_DEFAULT', Buffer.alloc(40), null));
    expect(error).toMatchObject({ code: 'BRING_IN_KNOWN', details: { version: 1 } });
    return renderFailure(error.toFailure()).next;
  };
  expect(await known()).toMatch(/has no KMS key.*rotate the group/);
  keystore.addRemote(key.id);
  expect(await known()).toMatch(/^Synchronize that version/);
});

it('takes in a key that has no more than its check value in common with a version of the group', async () => {
  const kept = { ...blob('SYMMETRIC_DEFAULT', Buffer.alloc(40, 1), null), kcv };
  keystore.addKey(group.id, {}, kept);
  const vault = (wrapped: Uint8Array): Pick<Vault, 'driver'> => ({
    driver: { bringIn: async () => ({ ...kept, wrapped }) } as unknown as HsmDriver,
  });
  const incoming = { transportId, file: Buffer.alloc(512), kcv: kcv.value };
  const other = await openIncoming(keystore, group, vault(Buffer.alloc(40, 2)), incoming);
  expect(other).toMatchObject({ kept: null, elsewhere: [] });
  const same = openIncoming(keystore, group, vault(kept.wrapped), incoming);
  await expect(same).rejects.toMatchObject({ code: 'BRING_IN_KNOWN', details: { version: 1 } });
});
