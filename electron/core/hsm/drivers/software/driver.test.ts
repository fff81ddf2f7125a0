import { constants, generateKeyPairSync, privateDecrypt } from 'node:crypto';
import { expect, it } from 'vitest';
import { keySpecNames, keySpecs } from '../../../../../shared/model/key-specs.ts';
import { kwpUnwrap } from '../../../crypto/key-wrap.ts';
import { publicHalfOf } from '../../../crypto/private-key.ts';
import { isPrivateSpec } from '../../../crypto/public-key.ts';
import { kcvOfSecret } from '../../kept-key.ts';
import { SoftwareDriver } from './driver.ts';

const aws = generateKeyPairSync('rsa', { modulusLength: 3072 });
const spki = aws.publicKey.export({ type: 'spki', format: 'der' });
const oaep = (bytes: Uint8Array): Buffer =>
  privateDecrypt(
    { key: aws.privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' },
    bytes,
  );

async function opened(): Promise<{ driver: SoftwareDriver; master: string }> {
  const driver = new SoftwareDriver();
  await driver.login(Buffer.alloc(32, 0x44));
  return { driver, master: (await driver.createMaster()).id };
}

/** In this process, where BoringSSL's gaps are played: what the probe claims must hold there too. */
it.each(keySpecNames)('makes, opens and sends %s', async (spec) => {
  const { driver, master } = await opened();
  const { algorithm } = (await driver.probe()).sendable.find((one) => one.spec === spec) ?? {};
  expect(algorithm).toBe(keySpecs[spec].wrapping[0]);
  const blob = await driver.generateKey(master, spec);
  expect(await driver.kcvOf(blob)).toEqual(blob.kcv);
  const sent = await driver.wrapForAws(blob, spki, algorithm ?? 'RSAES_OAEP_SHA_256');
  if (!isPrivateSpec(spec)) {
    const clear = oaep(sent.encryptedKeyMaterial);
    expect([clear.length, kcvOfSecret(spec, clear)]).toEqual([
      keySpecs[spec].secretBytes,
      blob.kcv,
    ]);
    return;
  }
  const [first, second] = [0, 384].map((at) => Buffer.from(sent.encryptedKeyMaterial.subarray(at)));
  const pkcs8 = kwpUnwrap(oaep((first ?? Buffer.of()).subarray(0, 384)), second ?? Buffer.of());
  expect(publicHalfOf(spec, pkcs8)?.equals(Buffer.from(blob.publicKey ?? []))).toBe(true);
});

it('forgets a key whose making outlived the login', async () => {
  const { driver, master } = await opened();
  const making = driver.generateKey(master, 'RSA_2048');
  await driver.logout();
  await expect(making).rejects.toMatchObject({ code: 'HSM_PIN_NEEDED' });
});

it('serves AES-256 keys only', async () => {
  const { driver, master } = await opened();
  const blob = await driver.generateKey(master, 'HMAC_256');
  const key = { id: 'service', blob };
  for (const call of [
    () => driver.installServiceKey('service', blob),
    () => driver.gcmEncrypt(key, Buffer.from('aad'), Buffer.from('value')),
    () => driver.gcmDecrypt(key, Buffer.from('aad'), Buffer.alloc(40)),
  ]) {
    await expect(call()).rejects.toMatchObject({ code: 'BAD_INPUT' });
  }
});

it('refuses a key type that there is not', async () => {
  const { driver, master } = await opened();
  const call = driver.generateKey(master, 'constructor' as 'RSA_2048');
  await expect(call).rejects.toMatchObject({ code: 'BAD_INPUT' });
});
