import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeMaterial } from '../material/key-pairs.ts';
import { externalOnly, stateTable, type StatefulOperation } from '../model/key-states.ts';
import {
  type ByokClient,
  byokClient,
  type ImportParameters,
  wrapFor,
} from '../testing/byok.fixture.ts';
import { control } from '../testing/raw-client.fixture.ts';
import {
  kinds,
  madeWith,
  requestOf,
  type Subject,
  symmetric,
} from '../testing/state-requests.fixture.ts';
import { type StoreBench, startStoreBench } from '../testing/store-bench.fixture.ts';

const homeRegion = 'eu-west-1';
const replicaRegion = 'eu-west-3';
const settleSeconds = 3600;

let bench: StoreBench;
let home: ByokClient;
let there: ByokClient;
let storeId: string;
beforeAll(async () => {
  bench = await startStoreBench({ wrappingKeyReuse: 100_000, settleSeconds: settleSeconds });
  home = byokClient(bench.kms.url, { region: homeRegion });
  there = byokClient(bench.kms.url, { region: replicaRegion });
  storeId = await bench.connectedStore();
});
afterAll(() => bench.close());

const settle = () => bench.advance(settleSeconds + 1);
/** Where AWS gives none: the state of the key is to speak first. */
const noParameters: ImportParameters = {
  ImportToken: 'AAAA',
  PublicKey: generateKeyPairSync('rsa', { modulusLength: 2048 })
    .publicKey.export({ format: 'der', type: 'spki' })
    .toString('base64'),
};

/** A key that operations meet, and who calls them where it is. */
interface Met {
  readonly client: ByokClient;
  readonly subject: Subject;
}

async function grantOn(client: ByokClient, KeyId: string): Promise<unknown> {
  const GranteePrincipal = 'arn:aws:iam::123456789012:role/app';
  const grant = { KeyId, GranteePrincipal, Operations: ['DescribeKey'] };
  return (await client.must('CreateGrant', grant))['GrantId'];
}

const aliasOn = (client: ByokClient, TargetKeyId: string) =>
  client.must('CreateAlias', { AliasName: `alias/of-${TargetKeyId}`, TargetKeyId });

const arnOf = async (client: ByokClient, keyId: string): Promise<string> =>
  String((await client.metadata(keyId))['Arn']);

/** A primary of the kind that the operation is for. */
async function primaryFor(operation: StatefulOperation) {
  const imported = externalOnly.has(operation);
  const kind = { ...(kinds[operation] ?? symmetric), MultiRegion: true as const };
  const keyId = await home.createKey({ ...kind, Origin: imported ? 'EXTERNAL' : 'AWS_KMS' });
  const material = imported ? await makeMaterial(kind.KeySpec) : Buffer.alloc(0);
  if (imported) await home.importMaterial(keyId, material);
  const ciphertext = await madeWith(home, keyId, kind);
  return { keyId, material, ciphertext, imported };
}

const states = ['PendingReplicaDeletion', 'Unavailable', 'Creating', 'Updating'] as const;
type PassingState = (typeof states)[number];

/** The states that pass by themselves, or hang on another key: how a key comes to be in each. */
const meet: Readonly<Record<PassingState, (operation: StatefulOperation) => Promise<Met>>> = {
  async PendingReplicaDeletion(operation) {
    const made = await primaryFor(operation);
    const { keyId } = made;
    await home.must('ReplicateKey', { KeyId: keyId, ReplicaRegion: replicaRegion });
    await settle();
    const grantId = await grantOn(home, keyId);
    await aliasOn(home, keyId);
    const parameters = made.imported ? await home.parameters(keyId) : noParameters;
    await home.must('ScheduleKeyDeletion', { KeyId: keyId });
    return {
      client: home,
      subject: { ...made, arn: await arnOf(home, keyId), grantId, parameters },
    };
  },
  async Unavailable(operation) {
    const { client } = bench;
    const name = `${operation}-${randomUUID()}`;
    await client.must('ConnectCustomKeyStore', { CustomKeyStoreId: storeId });
    await settle();
    const keyId = await bench.keyIn(storeId, name);
    const ciphertext = await madeWith(client, keyId, symmetric);
    const grantId = await grantOn(client, keyId);
    await aliasOn(client, keyId);
    await client.must('DisconnectCustomKeyStore', { CustomKeyStoreId: storeId });
    await settle();
    const arn = await arnOf(client, keyId);
    const material = Buffer.alloc(32);
    return {
      client,
      subject: { keyId, arn, ciphertext, grantId, material, parameters: noParameters },
    };
  },
  async Creating(operation) {
    const made = await primaryFor(operation);
    await home.must('ReplicateKey', { KeyId: made.keyId, ReplicaRegion: replicaRegion });
    await aliasOn(there, made.keyId);
    const arn = await arnOf(there, made.keyId);
    const none = { grantId: '0'.repeat(64), parameters: noParameters };
    return { client: there, subject: { ...made, ...none, arn } };
  },
  async Updating(operation) {
    const made = await primaryFor(operation);
    const { keyId } = made;
    await home.must('ReplicateKey', { KeyId: keyId, ReplicaRegion: replicaRegion });
    await settle();
    if (made.imported) await there.importMaterial(keyId, made.material);
    const grantId = await grantOn(there, keyId);
    await aliasOn(there, keyId);
    const parameters = made.imported ? await there.parameters(keyId) : noParameters;
    await home.must('UpdatePrimaryRegion', { KeyId: keyId, PrimaryRegion: replicaRegion });
    return {
      client: there,
      subject: { ...made, arn: await arnOf(there, keyId), grantId, parameters },
    };
  },
};

/**
 * AWS's table (facts 2.3), in the order of STATES. `-`: no such key comes into that state; `none`:
 * there cannot be what the call is about. Unavailable are keys of a key store only, which AWS's
 * table refuses by their origin where material or its rotation is AWS's or imported.
 */
const expected: Readonly<Record<string, string>> = {
  Encrypt: 'prd un cr ok',
  Decrypt: 'prd un cr ok',
  ReEncrypt: 'prd un cr ok',
  GenerateDataKey: 'prd un cr ok',
  GenerateDataKeyWithoutPlaintext: 'prd un cr ok',
  GenerateDataKeyPair: 'prd un cr ok',
  GenerateDataKeyPairWithoutPlaintext: 'prd un cr ok',
  Sign: 'prd - cr ok',
  Verify: 'prd - cr ok',
  GetPublicKey: 'prd - cr ok',
  GenerateMac: 'prd - cr ok',
  VerifyMac: 'prd - cr ok',
  DeriveSharedSecret: 'prd - cr ok',
  Encapsulate: '- - - -',
  Decapsulate: '- - - -',
  CreateGrant: 'prd ok cr ok',
  DescribeKey: 'ok ok ok ok',
  GetKeyPolicy: 'ok ok ok ok',
  PutKeyPolicy: 'ok ok ok ok',
  ListAliases: 'ok ok ok ok',
  ListGrants: 'ok ok ok ok',
  ListKeyPolicies: 'ok ok ok ok',
  ListResourceTags: 'ok ok ok ok',
  RevokeGrant: 'ok ok none ok',
  DeleteAlias: 'ok ok ok ok',
  CreateAlias: 'prd ok ok ok',
  UpdateAlias: 'prd ok ok ok',
  TagResource: 'prd ok ok ok',
  UntagResource: 'prd ok ok ok',
  UpdateKeyDescription: 'prd ok ok ok',
  EnableKey: 'prd ok cr up',
  DisableKey: 'prd ok cr up',
  ScheduleKeyDeletion: 'prd ok ok up',
  CancelKeyDeletion: 'ok npd npd npd',
  GetParametersForImport: 'prd ext cr up',
  ImportKeyMaterial: 'prd ext cr ok',
  DeleteImportedKeyMaterial: 'ok ext cr up',
  EnableKeyRotation: 'prd ext cr ok',
  DisableKeyRotation: 'prd ext cr ok',
  GetKeyRotationStatus: 'ok ext ok ok',
  // for these two AWS's table of 2023 has no row
  RotateKeyOnDemand: 'prd un cr ok',
  ListKeyRotations: 'ok ext ok ok',
  GetKeyLastUsage: 'ok ok ok ok',
  ReplicateKey: 'prd - cr up',
  UpdatePrimaryRegion: 'prd - cr ok',
};

const texts: Readonly<Record<string, string>> = {
  prd: 'is pending replica deletion.',
  un: 'is unavailable.',
  cr: 'is creating.',
  up: 'is updating.',
  npd: 'is not pending deletion.',
};

const cells = Object.entries(expected).flatMap(([operation, row]) =>
  row.split(' ').flatMap((cell, at) => {
    const state = states[at];
    return cell === '-' || state === undefined
      ? []
      : [[operation as StatefulOperation, state, cell] as const];
  }),
);

test('the table has every operation, and a cell for every state', () => {
  expect(Object.keys(expected).toSorted()).toEqual(Object.keys(stateTable).toSorted());
  for (const row of Object.values(expected)) expect(row.split(' ')).toHaveLength(states.length);
});

describe('every operation in the states that pass', () => {
  test.each(cells)('%s on a key that is %s', async (operation, state, cell) => {
    const { client, subject } = await meet[state](operation);
    expect((await client.metadata(subject.keyId))['KeyState']).toBe(state);
    const request = {
      ...((await requestOf(client, operation, subject)) as object),
      ...(operation === 'UpdatePrimaryRegion' && client === there
        ? { PrimaryRegion: homeRegion }
        : {}),
    };
    const reply = await client.call(operation, request);
    const seen = [reply.type, reply.message];
    if (cell === 'ok') expect([reply.status, ...seen]).toEqual([200, undefined, undefined]);
    else if (cell === 'none') expect(reply.type).toBe('NotFoundException');
    else if (cell === 'ext') {
      const text = 'origin is EXTERNAL_KEY_STORE which is not valid for this operation.';
      expect(seen).toEqual(['UnsupportedOperationException', `${subject.arn} ${text}`]);
    } else expect(seen).toEqual(['KMSInvalidStateException', `${subject.arn} ${texts[cell]}`]);
  });
});

describe('RetireGrant, which asks the grant and not the key', () => {
  test.each(['PendingReplicaDeletion', 'Unavailable', 'Updating'] as const)(
    'works on a key that is %s',
    async (state) => {
      const { client, subject } = await meet[state]('DescribeKey');
      const grants = async () =>
        (await client.must('ListGrants', { KeyId: subject.keyId }))['Grants'] as unknown[];
      expect(await grants()).toHaveLength(1);
      await client.must('RetireGrant', { KeyId: subject.arn, GrantId: subject.grantId });
      expect(await grants()).toEqual([]);
      expect((await client.metadata(subject.keyId))['KeyState']).toBe(state);
    },
  );
});

describe('what happens to a key while it is Updating', () => {
  const stateOf = async (client: ByokClient, keyId: string) =>
    (await client.metadata(keyId))['KeyState'];

  test('its primary moves again: it settles all the same, in both Regions', async () => {
    const { subject } = await meet.Updating('DescribeKey');
    const { keyId } = subject;
    await there.must('UpdatePrimaryRegion', { KeyId: keyId, PrimaryRegion: homeRegion });
    await settle();
    expect(await stateOf(home, keyId)).toBe('Enabled');
    expect(await stateOf(there, keyId)).toBe('Enabled');
  });

  test.each([
    ['its material expires: it settles as waiting for it', false, 'PendingImport'],
    ['its material expires and is brought back: it settles as usable', true, 'Enabled'],
  ])('%s', async (_name, again, settled) => {
    const keyId = await home.createKey({ MultiRegion: true });
    const material = await makeMaterial('SYMMETRIC_DEFAULT');
    await home.importMaterial(keyId, material);
    await home.must('ReplicateKey', { KeyId: keyId, ReplicaRegion: replicaRegion });
    await settle();
    const { now } = await control<{ now: string }>(bench.kms.controlUrl, 'GET /clock');
    const soon = { ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo: Date.parse(now) / 1000 + 60 };
    await there.importMaterial(keyId, material, soon);
    const parameters = await there.parameters(keyId);
    await home.must('UpdatePrimaryRegion', { KeyId: keyId, PrimaryRegion: replicaRegion });
    await bench.advance(61);
    expect(await stateOf(there, keyId)).toBe('Updating');
    if (again) {
      await there.must('ImportKeyMaterial', {
        KeyId: keyId,
        ImportToken: parameters.ImportToken,
        EncryptedKeyMaterial: wrapFor(parameters.PublicKey, material, 'sha256'),
        ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
      });
    }
    await settle();
    expect(await stateOf(there, keyId)).toBe(settled);
  });
});

test('a primary that goes with its replicas goes on when its material is deleted', async () => {
  const { subject } = await meet.PendingReplicaDeletion('DeleteImportedKeyMaterial');
  await home.must('DeleteImportedKeyMaterial', { KeyId: subject.keyId });
  expect((await home.metadata(subject.keyId))['KeyState']).toBe('PendingReplicaDeletion');
});
