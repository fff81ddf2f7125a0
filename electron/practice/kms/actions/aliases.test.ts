import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PracticeKms, startPracticeKms } from '../start.ts';
import { type ByokClient, byokClient } from '../testing/byok.fixture.ts';
import { control } from '../testing/raw-client.fixture.ts';

let kms: PracticeKms;
let client: ByokClient;
beforeAll(async () => {
  kms = await startPracticeKms();
  client = byokClient(kms.url);
});
afterAll(() => kms.close());

const place = 'arn:aws:kms:eu-central-1:123456789012';
const make = (AliasName: string, TargetKeyId: string) =>
  client.call('CreateAlias', { AliasName, TargetKeyId });
const target = async (name: string) => {
  const reply = await client.call('DescribeKey', { KeyId: name });
  return (reply.json?.['KeyMetadata'] as { KeyId: string } | undefined)?.KeyId ?? reply.message;
};

describe('names', () => {
  test.each([
    [
      'payments',
      'ValidationException',
      'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
    ],
    ['alias/aws/mine', 'NotAuthorizedException', undefined],
    ['alias/a:b', 'ValidationException', 'alias/a:b contains invalid characters for an alias'],
    ['alias/', 'ValidationException', 'alias/ contains invalid characters for an alias'],
    [
      'alias/a b',
      'ValidationException',
      "1 validation error detected: Value 'alias/a b' at 'aliasName' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$",
    ],
  ])('%s is refused', async (name, type, text) => {
    const reply = await make(name, await client.createKey());
    expect([reply.type, reply.message]).toEqual([type, text]);
  });

  test('257 characters are too many', async () => {
    const reply = await make(`alias/${'a'.repeat(251)}`, await client.createKey());
    expect(reply.type).toBe('ValidationException');
  });
});

describe('targets', () => {
  test('an alias never points at an alias', async () => {
    await make('alias/one', await client.createKey());
    for (const wanted of ['alias/one', `${place}:alias/one`]) {
      const reply = await make('alias/two', wanted);
      expect([reply.type, reply.message]).toEqual([
        'ValidationException',
        'Aliases must refer to keys. Not aliases',
      ]);
    }
  });

  test('a taken name is refused by ARN', async () => {
    const keyId = await client.createKey();
    await make('alias/taken', keyId);
    const reply = await make('alias/taken', await client.createKey());
    expect([reply.type, reply.message]).toEqual([
      'AlreadyExistsException',
      `An alias with the name ${place}:alias/taken already exists`,
    ]);
    expect(await target('alias/taken')).toBe(keyId);
  });

  test('a key has at most fifty', async () => {
    const keyId = await client.createKey();
    for (let index = 0; index < 50; index += 1) await make(`alias/many-${index}`, keyId);
    expect((await make('alias/many-50', keyId)).type).toBe('LimitExceededException');
    await make('alias/elsewhere', await client.createKey());
    const moved = await client.call('UpdateAlias', {
      AliasName: 'alias/elsewhere',
      TargetKeyId: keyId,
    });
    expect(moved.type).toBe('LimitExceededException');
  });
});

describe('moving and removing', () => {
  test('moves at once, and the journal shows from where to where', async () => {
    const [a, b] = [await client.createKey(), await client.createKey()];
    await make('alias/moving', a);
    const reply = await client.call('UpdateAlias', { AliasName: 'alias/moving', TargetKeyId: b });
    expect([reply.status, reply.text]).toEqual([200, '']);
    expect(await target('alias/moving')).toBe(b);
    const journal = await control<{ effects: unknown[] }[]>(kms.controlUrl, 'GET /journal');
    expect(journal.flatMap((entry) => entry.effects)).toContainEqual({
      kind: 'alias',
      alias: 'alias/moving',
      from: a,
      to: b,
    });
  });

  test('only between keys of one type and usage', async () => {
    await make('alias/typed', await client.createKey());
    for (const [KeySpec, KeyUsage] of [
      ['HMAC_256', 'GENERATE_VERIFY_MAC'],
      ['RSA_2048', 'ENCRYPT_DECRYPT'],
    ]) {
      const TargetKeyId = await client.createKey({ KeySpec, KeyUsage });
      const reply = await client.call('UpdateAlias', { AliasName: 'alias/typed', TargetKeyId });
      expect(reply.type).toBe('ValidationException');
    }
  });

  test('unknown ones are not found', async () => {
    const keyId = await client.createKey();
    const unknown = [
      await client.call('UpdateAlias', { AliasName: 'alias/no', TargetKeyId: keyId }),
      await client.call('DeleteAlias', { AliasName: 'alias/no' }),
    ];
    for (const reply of unknown) {
      expect([reply.type, reply.message]).toEqual([
        'NotFoundException',
        `Alias ${place}:alias/no is not found.`,
      ]);
    }
  });

  test('a removed name can be made again', async () => {
    const keyId = await client.createKey();
    await make('alias/again', keyId);
    await client.must('DeleteAlias', { AliasName: 'alias/again' });
    expect(await target('alias/again')).toBe(`Alias ${place}:alias/again is not found.`);
    expect((await make('alias/again', keyId)).status).toBe(200);
  });
});

describe('ListAliases', () => {
  test('shows names, targets and times, by key on request, in pages', async () => {
    const own = byokClient(kms.url, { region: 'sa-east-1' });
    const [a, b] = [await own.createKey(), await own.createKey()];
    for (const [name, key] of [
      ['alias/c', a],
      ['alias/a', a],
      ['alias/b', b],
    ]) {
      await own.must('CreateAlias', { AliasName: name, TargetKeyId: key });
    }
    const all = await own.must('ListAliases', {});
    expect(all).toMatchObject({
      Truncated: false,
      Aliases: [
        {
          AliasName: 'alias/a',
          TargetKeyId: a,
          AliasArn: 'arn:aws:kms:sa-east-1:123456789012:alias/a',
        },
        { AliasName: 'alias/b', TargetKeyId: b },
        { AliasName: 'alias/c', TargetKeyId: a },
      ],
    });
    const first = await own.must('ListAliases', { KeyId: a, Limit: 1 });
    const second = await own.must('ListAliases', {
      KeyId: a,
      Limit: 1,
      Marker: first['NextMarker'],
    });
    const names = [first, second].map(
      (page) => (page['Aliases'] as { AliasName: string }[])[0]?.AliasName,
    );
    expect(names).toEqual(['alias/a', 'alias/c']);
    expect([first['Truncated'], second['Truncated']]).toEqual([true, false]);
  });
});

describe('rehearsed eventual consistency', () => {
  test('a change is seen only after its seconds have passed', async () => {
    const [a, b] = [await client.createKey(), await client.createKey()];
    await make('alias/slow', a);
    await control(kms.controlUrl, 'POST /mischief', {
      eventualConsistency: { aliasesSeconds: 30 },
    });
    await client.must('UpdateAlias', { AliasName: 'alias/slow', TargetKeyId: b });
    await make('alias/newborn', a);
    const notYet = `Alias ${place}:alias/newborn is not found.`;
    expect([await target('alias/slow'), await target('alias/newborn')]).toEqual([a, notYet]);
    const seen = await client.must('ListAliases', { KeyId: a });
    expect((seen['Aliases'] as { AliasName: string }[]).map((alias) => alias.AliasName)).toEqual([
      'alias/slow',
    ]);
    expect((await make('alias/newborn', a)).type).toBe('AlreadyExistsException');
    await control(kms.controlUrl, 'POST /clock', { advanceSeconds: 31 });
    expect([await target('alias/slow'), await target('alias/newborn')]).toEqual([b, a]);
    await client.must('DeleteAlias', { AliasName: 'alias/slow' });
    expect(await target('alias/slow')).toBe(b);
    await control(kms.controlUrl, 'POST /clock', { advanceSeconds: 31 });
    expect(await target('alias/slow')).toBe(`Alias ${place}:alias/slow is not found.`);
    await control(kms.controlUrl, 'POST /mischief', {});
  });

  test('a new key is unknown for a while', async () => {
    await control(kms.controlUrl, 'POST /mischief', { eventualConsistency: { keysSeconds: 10 } });
    const keyId = await client.createKey();
    expect((await client.call('DescribeKey', { KeyId: keyId })).type).toBe('NotFoundException');
    await control(kms.controlUrl, 'POST /clock', { advanceSeconds: 11 });
    expect((await client.metadata(keyId))['KeyId']).toBe(keyId);
    await control(kms.controlUrl, 'POST /mischief', {});
  });
});
