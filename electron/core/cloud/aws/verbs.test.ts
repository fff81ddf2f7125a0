import { createHash, generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Cloud, CloudConnection } from '../cloud.ts';
import { createCloud } from '../create-cloud.ts';
import {
  keyArn,
  keyId,
  metadata,
  practiceSpec,
  type Seen,
  startWire,
  testPorts,
  type WireReplyWriter,
  type WireServer,
} from './wire-server.fixture.ts';

let wire: WireServer;
let cloud: Cloud;
let connection: CloudConnection;

beforeEach(async () => {
  wire = await startWire((_, reply) => reply.json({}));
  cloud = createCloud(testPorts());
  connection = await cloud.connect(
    practiceSpec(wire.url, { patience: { tries: 2, within: 5000 } }),
  );
});
afterEach(async () => {
  cloud.close();
  await wire.close();
});

const spkiOf = (bits: number, publicExponent = 0x10001): Buffer =>
  generateKeyPairSync('rsa', { modulusLength: bits, publicExponent }).publicKey.export({
    type: 'spki',
    format: 'der',
  });

describe('import parameters', () => {
  const parameters = (spki: Buffer, more: Record<string, unknown> = {}) => ({
    KeyId: keyArn,
    ImportToken: Buffer.alloc(300, 3).toString('base64'),
    PublicKey: spki.toString('base64'),
    ParametersValidTo: 1_767_690_000,
    ...more,
  });
  const ask = (spec = 'RSA_3072') =>
    connection.parametersForImport(keyId, 'RSAES_OAEP_SHA_256', spec);

  it('come with the fingerprint of the wrapping key', async () => {
    const spki = spkiOf(3072);
    wire.script = (_, reply) => reply.json(parameters(spki));
    const read = await ask();
    expect(read).toMatchObject({ keyArn, modulusBits: 3072, validTo: 1_767_690_000_000 });
    expect(read.fingerprint).toBe(createHash('sha256').update(spki).digest('hex'));
    expect(Buffer.from(read.spki).equals(spki)).toBe(true);
    expect(read.token).toHaveLength(300);
  });

  it.each([
    ['too short', () => spkiOf(2048), 'RSA_2048'],
    ['another size than asked for', () => spkiOf(3072), 'RSA_4096'],
    ['with an exponent of 3', () => spkiOf(3072, 3), 'RSA_3072'],
    ['no key at all', () => Buffer.from('hello'), 'RSA_3072'],
    [
      'an elliptic curve',
      () =>
        generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({
          type: 'spki',
          format: 'der',
        }),
      'RSA_3072',
    ],
  ])('are refused when the wrapping key is %s', async (_, spki, spec) => {
    wire.script = (_seen, reply) => reply.json(parameters(spki()));
    await expect(ask(spec)).rejects.toMatchObject({ code: 'WRAPPING_KEY_WEAK' });
    expect(wire.seen).toHaveLength(1);
  });

  it('are not believed when they are for another key', async () => {
    const spki = spkiOf(3072);
    wire.script = (_, reply) =>
      reply.json(parameters(spki, { KeyId: keyArn.replace('1234abcd', '9999abcd') }));
    await expect(ask()).rejects.toMatchObject({ code: 'AWS_UNREACHABLE' });
  });
});

it('keys are made only when their turn for import parameters is near', async () => {
  const paced = createCloud(testPorts(), {
    pacePractice: true,
    quotas: { CreateKey: 10_000, GetParametersForImport: 1 },
  });
  const open = await paced.connect(practiceSpec(wire.url, { account: '123456789012' }));
  wire.script = (_, reply) => reply.json({ KeyMetadata: metadata() });
  const stop = new AbortController();
  const making = Array.from({ length: 20 }, (_, at) =>
    open.createExternalKey(
      {
        spec: 'SYMMETRIC_DEFAULT' as const,
        usage: 'ENCRYPT_DECRYPT' as const,
        description: '',
        marker: `kr-${at}-1-aa`,
        policy: null,
        tags: [],
      },
      { signal: stop.signal },
    ),
  );
  await Promise.all(making.slice(0, 5));
  const queue = { realm: 'practice', account: '123456789012', region: 'eu-west-1' } as const;
  expect(paced.outlook({ ...queue, operation: 'GetParametersForImport' }).waiting).toBe(20);
  stop.abort(new Error('locked'));
  const ends = await Promise.allSettled(making);
  expect(ends.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(7);
  expect(wire.seen.length).toBe(ends.filter(({ status }) => status === 'fulfilled').length);
  paced.close();
});

describe('imports', () => {
  const send = (validTo: number | null) =>
    connection.importMaterial({
      keyId,
      token: Buffer.alloc(9, 1),
      encryptedKeyMaterial: Buffer.alloc(9, 2),
      validTo,
    });

  it('carry the time when AWS deletes the material', async () => {
    wire.script = (_, reply) => reply.json({ KeyId: keyArn });
    expect(await send(1_800_000_000_000)).toMatchObject({ keyArn, materialId: null });
    expect(wire.seen[0]?.body).toMatchObject({
      ExpirationModel: 'KEY_MATERIAL_EXPIRES',
      ValidTo: 1_800_000_000,
    });
  });

  it.each([
    ['InvalidImportTokenException', 'AWS_ANSWER_LOST'],
    ['KMSInvalidStateException', 'AWS_ANSWER_LOST'],
    ['ExpiredImportTokenException', 'IMPORT_TOKEN_EXPIRED'],
    ['IncorrectKeyMaterialException', 'IMPORT_WRONG_MATERIAL'],
  ])('answered with %s after an answer was lost are %s', async (name, code) => {
    wire.script = (seen, reply) =>
      wire.seen.length === 1 ? reply.socket.resetAndDestroy() : reply.error(name);
    await expect(send(null)).rejects.toMatchObject({ code, details: { tries: 2 } });
    expect(wire.seen).toHaveLength(2);
  });

  it.each([
    ['ExpiredImportTokenException', 'IMPORT_TOKEN_EXPIRED'],
    ['InvalidImportTokenException', 'IMPORT_TOKEN_EXPIRED'],
    ['IncorrectKeyMaterialException', 'IMPORT_WRONG_MATERIAL'],
    ['InvalidCiphertextException', 'AWS_REFUSED'],
    ['KMSInvalidStateException', 'AWS_KEY_STATE'],
    ['UnsupportedOperationException', 'AWS_REFUSED'],
    ['LimitExceededException', 'AWS_LIMIT'],
    ['SomethingNewException', 'AWS_REFUSED'],
  ])('answered with %s are %s, tried once', async (name, code) => {
    wire.script = (_, reply) => reply.error(name);
    await expect(send(null)).rejects.toMatchObject({
      code,
      external: { name, at: 'ImportKeyMaterial', requestId: 'req-1' },
    });
    expect(wire.seen).toHaveLength(1);
  });

  it('are deleted by key, and an empty material id is none', async () => {
    wire.script = (_, reply) => reply.json({ KeyId: keyArn, KeyMaterialId: '' });
    expect((await connection.deleteMaterial(keyId)).materialId).toBeNull();
    expect(wire.seen[0]?.body).toEqual({ KeyId: keyId });
  });
});

describe('aliases', () => {
  const holderIs = (id: string) => (seen: Seen, reply: WireReplyWriter) => {
    if (seen.operation === 'DescribeKey') reply.json({ KeyMetadata: metadata({ KeyId: id }) });
    else reply.error('AlreadyExistsException', 'An alias with the name arn:… already exists');
  };

  it('name a key as applications see it', async () => {
    wire.script = (_, reply) => reply.json({ KeyMetadata: metadata() });
    expect(await connection.aliasTarget('payments-prod')).toMatchObject({
      keyId,
      key: { arn: keyArn },
    });
    expect(wire.seen[0]?.body).toEqual({ KeyId: 'alias/payments-prod' });
    wire.script = (_, reply) => reply.error('NotFoundException', 'Alias arn:… is not found.');
    expect(await connection.aliasTarget('alias/payments-prod')).toMatchObject({
      keyId: null,
      key: null,
    });
  });

  it('are looked up in the list, page by page, where the key may not be seen', async () => {
    wire.script = (seen, reply) => {
      if (seen.operation === 'DescribeKey')
        return reply.error('AccessDeniedException', 'User: … is not authorized');
      const second = seen.body['Marker'] === 'more';
      reply.json({
        Aliases: second
          ? [{ AliasName: 'alias/a', AliasArn: 'x', TargetKeyId: keyId }]
          : [{ AliasName: 'alias/aws/s3', AliasArn: 'y' }],
        Truncated: !second,
        ...(second ? {} : { NextMarker: 'more' }),
      });
    };
    expect(await connection.aliasTarget('a')).toMatchObject({ keyId, key: null });
    expect(await connection.aliasTarget('b')).toMatchObject({ keyId: null, key: null });
  });

  it('that are there already are fine when they name this key, else name the holder', async () => {
    wire.script = holderIs(keyId);
    await expect(connection.createAlias('a', keyId)).resolves.toHaveProperty('readAt');
    wire.script = holderIs('0b7a0b7a-0b7a-0b7a-0b7a-0b7a0b7a0b7a');
    await expect(connection.createAlias('a', keyId)).rejects.toMatchObject({
      code: 'ALIAS_HELD_ELSEWHERE',
      details: { holder: '0b7a0b7a-0b7a-0b7a-0b7a-0b7a0b7a0b7a', alias: 'alias/a' },
      external: { name: 'AlreadyExistsException', at: 'CreateAlias' },
    });
  });

  it.each(['aws/kms', 'alias/aws/kms', 'a b', '', 'a:b', 'x'.repeat(251)])(
    'refuse the name "%s"',
    async (name) => {
      await expect(connection.updateAlias(name, keyId)).rejects.toMatchObject({
        code: 'BAD_INPUT',
      });
      expect(wire.seen).toEqual([]);
    },
  );

  it('say which permission is missing, on which resource', async () => {
    wire.script = (_, reply) =>
      reply.error(
        'AccessDeniedException',
        `User: arn:aws:iam::123456789012:user/x is not authorized to perform: kms:UpdateAlias on resource: ${keyArn} because no resource-based policy allows it`,
      );
    await expect(connection.updateAlias('a', keyId)).rejects.toMatchObject({
      code: 'AWS_ACCESS_DENIED',
      details: { permission: 'kms:UpdateAlias', resource: keyArn, retry: 'permission' },
    });
  });
});

describe('other verbs', () => {
  it('schedule a deletion once, and take one that is scheduled for done', async () => {
    await expect(connection.scheduleDeletion(keyId, 6)).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
    wire.script = (seen, reply) =>
      seen.operation === 'DescribeKey'
        ? reply.json({
            KeyMetadata: metadata({ KeyState: 'PendingDeletion', DeletionDate: 1_770_000_000 }),
          })
        : reply.error('KMSInvalidStateException', `${keyArn} is pending deletion.`);
    expect(await connection.scheduleDeletion(keyId, 7)).toMatchObject({
      deletionAt: 1_770_000_000_000,
    });
  });

  it('wait out a key that is being made', async () => {
    let left = 1;
    wire.script = (_, reply) =>
      left-- > 0
        ? reply.error('KMSInvalidStateException', `${keyArn} is creating.`)
        : reply.json(null);
    await expect(connection.enableKey(keyId)).resolves.toHaveProperty('requestId', 'req-2');
  });

  it('list materials, grants and tags', async () => {
    wire.script = (seen, reply) => {
      if (seen.operation === 'ListKeyRotations') {
        reply.json({
          Rotations: [
            {
              KeyId: keyArn,
              KeyMaterialId: 'a'.repeat(64),
              KeyMaterialState: 'CURRENT',
              ImportState: 'PENDING_IMPORT',
            },
          ],
          Truncated: false,
        });
      } else if (seen.operation === 'ListGrants') {
        reply.json({
          Grants: [
            { GrantId: 'g1', GranteePrincipal: 'rds.amazonaws.com', Operations: ['Decrypt'] },
          ],
          Truncated: false,
        });
      } else reply.json({ Tags: [{ TagKey: 'a', TagValue: 'b' }], Truncated: false });
    };
    expect((await connection.listKeyMaterials(keyId)).materials).toMatchObject([
      { state: 'CURRENT', importState: 'PENDING_IMPORT' },
    ]);
    expect((await connection.listGrants(keyId)).grants).toMatchObject([
      { grantId: 'g1', operations: ['Decrypt'] },
    ]);
    expect((await connection.listTags(keyId)).tags).toEqual([{ key: 'a', value: 'b' }]);
  });

  it('tell the last use, or that there was none', async () => {
    wire.script = (_, reply) =>
      reply.json({
        KeyId: keyArn,
        KeyLastUsage: { Operation: 'Decrypt', Timestamp: 1_767_600_000 },
        TrackingStartDate: 1_700_000_000,
      });
    expect(await connection.lastUsage(keyId)).toMatchObject({
      operation: 'Decrypt',
      usedAt: 1_767_600_000_000,
    });
    wire.script = (_, reply) => reply.json({ KeyId: keyArn, TrackingStartDate: 1_700_000_000 });
    expect(await connection.lastUsage(keyId)).toMatchObject({ operation: null, usedAt: null });
  });

  it('try a key and notice when it gives back something else', async () => {
    let plain = '';
    wire.script = (seen, reply) => {
      if (seen.operation === 'Encrypt') {
        plain = String(seen.body['Plaintext']);
        reply.json({ KeyId: keyArn, CiphertextBlob: 'AAAA' });
      } else reply.json({ KeyId: keyArn, Plaintext: plain });
    };
    await expect(connection.tryKey(keyId)).resolves.toMatchObject({ materialId: null });
    wire.script = (seen, reply) =>
      reply.json(seen.operation === 'Encrypt' ? { CiphertextBlob: 'AAAA' } : { Plaintext: 'BBBB' });
    await expect(connection.tryKey(keyId)).rejects.toMatchObject({ code: 'READ_BACK_DIFFERS' });
  });
});
