import { createHash, createPublicKey, randomBytes, verify } from 'node:crypto';
import {
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  GenerateMacCommand,
  GetPublicKeyCommand,
  SignCommand,
  VerifyCommand,
  VerifyMacCommand,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Desk, type KeyView, requireDone } from '../support/desk.ts';
import { OutsideAws } from '../support/outside-aws.ts';
import { SoftHsm } from '../support/soft-hsm.ts';

let aws: OutsideAws;
let desk: Desk;
let token: SoftHsm;

beforeAll(async () => {
  aws = await OutsideAws.start();
  desk = await Desk.open(aws);
  token = new SoftHsm(desk.folder);
  await token.attach(desk);
});
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
  await aws?.[Symbol.asyncDispose]();
});

const idOf = (key: KeyView): string => key.remote?.keyId ?? '';
const message = Buffer.from('pay 100 to the bearer');

/** Something that only the holder of the key can make, and the look whether AWS still takes it. */
interface Use {
  make(keyId: string): Promise<Uint8Array>;
  holds(keyId: string, made: Uint8Array): Promise<boolean>;
}
const kms = () => aws.kms();

const mac: Use = {
  make: async (KeyId) => {
    const MacAlgorithm = 'HMAC_SHA_256' as const;
    const reply = await kms().send(
      new GenerateMacCommand({ KeyId, Message: message, MacAlgorithm }),
    );
    return reply.Mac ?? new Uint8Array();
  },
  holds: async (KeyId, Mac) => {
    const asked = { KeyId, Message: message, MacAlgorithm: 'HMAC_SHA_256' as const, Mac };
    return (await kms().send(new VerifyMacCommand(asked))).MacValid === true;
  },
};

const signing = (SigningAlgorithm: 'ECDSA_SHA_256' | 'ECDSA_SHA_384'): Use => ({
  make: async (KeyId) => {
    const reply = await kms().send(new SignCommand({ KeyId, Message: message, SigningAlgorithm }));
    return reply.Signature ?? new Uint8Array();
  },
  holds: async (KeyId, Signature) => {
    const asked = { KeyId, Message: message, SigningAlgorithm, Signature };
    return (await kms().send(new VerifyCommand(asked))).SignatureValid === true;
  },
});

const encrypting: Use = {
  make: async (KeyId) => {
    const EncryptionAlgorithm = 'RSAES_OAEP_SHA_256' as const;
    const asked = { KeyId, Plaintext: message, EncryptionAlgorithm };
    return (await kms().send(new EncryptCommand(asked))).CiphertextBlob ?? new Uint8Array();
  },
  holds: async (KeyId, CiphertextBlob) => {
    const asked = { KeyId, CiphertextBlob, EncryptionAlgorithm: 'RSAES_OAEP_SHA_256' as const };
    const { Plaintext } = await kms().send(new DecryptCommand(asked));
    return message.equals(Plaintext ?? new Uint8Array());
  },
};

const everything = { deleteMaterial: false, updatePolicy: false, importMaterial: true };

describe.each([
  {
    storage: 'hsm' as const,
    spec: 'HMAC_256',
    works: 'makes and verifies MACs',
    stops: 'Version 1 stops making and verifying MACs in AWS now',
    outside: /verified nowhere/,
    awsUsage: 'GENERATE_VERIFY_MAC',
    fields: { keyType: 'HMAC' as const, keyLength: 256 as const },
    use: mac,
    method: 'HMAC',
  },
  {
    storage: 'hsm' as const,
    spec: 'ECC_NIST_P384',
    works: 'signs and verifies',
    stops: 'Version 1 stops signing and verifying in AWS now',
    outside: /still be verified/,
    awsUsage: 'SIGN_VERIFY',
    fields: { keyType: 'ECC' as const, keyLength: 'P-384' as const },
    use: signing('ECDSA_SHA_384'),
    method: 'SPKI',
  },
  {
    storage: 'software' as const,
    spec: 'RSA_2048',
    works: 'decrypts',
    stops: 'Everything under version 1 stops decrypting in AWS now',
    outside: /go on encrypting/,
    awsUsage: 'ENCRYPT_DECRYPT',
    fields: { keyType: 'RSA' as const, keyLength: 2048 as const },
    use: encrypting,
    method: 'SPKI',
  },
  {
    storage: 'software' as const,
    spec: 'ECC_NIST_P256',
    works: 'signs and verifies',
    stops: 'Version 1 stops signing and verifying in AWS now',
    outside: /still be verified/,
    awsUsage: 'SIGN_VERIFY',
    fields: { keyType: 'ECC' as const },
    use: signing('ECDSA_SHA_256'),
    method: 'SPKI',
  },
])(
  '$spec keys, $storage',
  ({ storage, spec, works, stops, outside, awsUsage, fields, use, method }) => {
    const group = `${storage}-${spec}`;
    const alias = `alias/${group}`;
    let first: KeyView;
    let made: Uint8Array;

    it('are made, sent and used; the first goes on after the second has the alias', async () => {
      await desk.addGroup(group, { storage, ...fields });
      first = await desk.rotated(group);
      expect(first.kcv.method).toBe(method);
      const { KeyMetadata } = await kms().send(new DescribeKeyCommand({ KeyId: alias }));
      expect(KeyMetadata).toMatchObject({
        KeyId: idOf(first),
        Origin: 'EXTERNAL',
        KeySpec: spec,
        KeyUsage: awsUsage,
        KeyState: 'Enabled',
      });
      made = await use.make(alias);
      expect(await use.holds(idOf(first), made)).toBe(true);
      const [stays] = (await desk.plan(group)).stays;
      expect(stays).toBe(`Version 1 stays enabled and ${works}`);
      const second = await desk.rotated(group);
      expect(await aws.holder(alias)).toBe(idOf(second));
      expect(second.kcv.value).not.toBe(first.kcv.value);
      expect(await use.holds(idOf(first), made)).toBe(true);
    });

    it('lose their material and come back from the kept copy', async () => {
      const key = `${group}/1`;
      const deletion = { deleteMaterial: true, updatePolicy: false, importMaterial: false };
      const plan = await desk.call('key.planSynchronize', { key, ...deletion });
      expect(plan.lookFirst).toContain(stops);
      expect(plan.lookFirst.join()).toMatch(outside);
      expect(plan.lookFirst.join()).not.toContain('Services notice late');
      const off = await desk.call('key.planDisable', { key });
      expect(off.changes).toContain(stops.replace(/now$/, 'from then on'));
      const gone = await desk.synchronize(key, deletion);
      requireDone(gone);
      expect((await desk.call('key.show', { key })).state).toBe('Material gone');
      expect((await desk.call('group.show', { group })).group.state).toBe('Material gone');
      await expect(use.holds(idOf(first), made)).rejects.toMatchObject({
        name: 'KMSInvalidStateException',
      });
      requireDone(await desk.synchronize(key, everything));
      expect(await use.holds(idOf(first), made)).toBe(true);
      // over what is there, and deleted first
      requireDone(await desk.synchronize(key, everything));
      requireDone(await desk.synchronize(key, { ...everything, deleteMaterial: true }));
      expect(await use.holds(idOf(first), made)).toBe(true);
      const { state, copies } = await desk.call('key.show', { key });
      expect(state).toBe(works === 'decrypts' ? 'Decrypts only' : 'No alias');
      expect(copies.map(({ ok }) => ok)).not.toContain(false);
    });

    it('can be made active again, turned off and on, and looked at', async () => {
      const asked = await desk.call('group.planMakeActive', { key: `${group}/1` });
      expect(asked.stays).toContain(`Version 2 stays enabled and ${works}`);
      requireDone(await desk.makeActive(`${group}/1`));
      expect(await use.holds(alias, made)).toBe(true);
      const refused = await desk.refused('key.materials', { key: `${group}/1` });
      expect(refused).toMatchObject({ code: 'NOTHING_TO_DO' });
      expect((await desk.call('key.prove', { key: `${group}/1` })).copies[0]?.ok).toBe(true);
    });

    it('have the public key here that AWS derived, or none', async () => {
      if (method === 'HMAC') {
        expect(first.publicKeySha256).toBeNull();
        const refused = await desk.refused('key.publicKey', { key: `${group}/1` });
        expect(refused.code).toBe('NOTHING_TO_DO');
        return;
      }
      const { pem, sha256 } = await desk.call('key.publicKey', { key: `${group}/1` });
      const { PublicKey = new Uint8Array() } = await kms().send(
        new GetPublicKeyCommand({ KeyId: idOf(first) }),
      );
      expect(createPublicKey(pem).export({ type: 'spki', format: 'der' })).toEqual(
        Buffer.from(PublicKey),
      );
      expect(sha256).toBe(createHash('sha256').update(PublicKey).digest('hex'));
      expect(sha256.toUpperCase().startsWith(first.kcv.value)).toBe(true);
      if (awsUsage === 'SIGN_VERIFY') {
        const hash = spec === 'ECC_NIST_P384' ? 'sha384' : 'sha256';
        expect(verify(hash, message, pem, made)).toBe(true);
      }
      const { jobs } = await desk.call('job.list', { group });
      const rotation = jobs.find(({ kind }) => kind === 'group.force-rotate');
      const { steps } = await desk.call('job.show', { job: rotation?.id ?? '' });
      const confirm = steps.find(({ name }) => name === 'confirm');
      expect(confirm?.proof.map(({ text }) => text)).toContain('public key in AWS equals ours');
    });
  },
);

describe('keys that the attached HSM cannot take to AWS unchanged', () => {
  it('are refused in the form and as a group, before anything is made', async () => {
    const fields = { name: 'signing', credential: 'payments-kms', region: 'eu-west-1' };
    const asked = { ...fields, keyType: 'RSA' as const, storage: 'hsm' as const };
    const { problems } = await desk.call('group.preview', { fields: asked });
    expect(problems.map(({ field, failure }) => [field, failure.code])).toEqual([
      ['keyType', 'HSM_CANNOT_CARRY'],
    ]);
    const refused = await desk.refused('group.add', asked);
    expect(refused).toMatchObject({ code: 'HSM_CANNOT_CARRY', details: { kind: 'RSA-3072' } });
    expect((await desk.call('group.list', { find: 'signing' })).groups).toEqual([]);
  });
});

describe('a KMS key that waits for its first material', () => {
  it('is taken where key spec and usage are those of the group, and refused otherwise', async () => {
    const waiting = await aws.makeKey('EXTERNAL');
    await desk.addGroup('waits', { keyType: 'HMAC', activeKeyId: waiting });
    const { blocked } = await desk.plan('waits');
    expect(blocked).toMatchObject({ code: 'ACTIVE_KEY_UNUSABLE' });
    const problem = 'its key spec is SYMMETRIC_DEFAULT, and the group makes HMAC_256';
    expect(blocked?.details['problem']).toBe(problem);
  });
});

describe('a group whose kind of keys does not fit together', () => {
  it.each([
    [{ keyType: 'HMAC', keyLength: 2048 }, 'keyLength'],
    [{ keyType: 'ECC', keyLength: 'secp256k1', keyUsage: 'key-agreement' }, 'keyUsage'],
  ] as const)('is refused with what would fit: %j', async (kind, field) => {
    const name = `odd-${randomBytes(4).toString('hex')}`;
    const fields = { name, credential: 'payments-kms', region: 'eu-west-1' };
    const refused = await desk.refused('group.add', { ...fields, storage: 'software', ...kind });
    expect(refused).toMatchObject({ code: 'BAD_INPUT', details: { field } });
  });
});
