import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { readCommandLine } from '../options.ts';
import { type PracticeKms, startPracticeKms } from '../start.ts';
import { type ByokClient, byokClient } from '../testing/byok.fixture.ts';
import { control } from '../testing/raw-client.fixture.ts';
import { mischiefDescriptions } from './descriptions.ts';
import { createMischiefs } from './mischief.ts';
import { mischiefSchema, operationMischief } from './setting.ts';

const otherAccount = {
  accountId: '210987654321',
  accessKeyId: 'AKIAOTHER',
  secretAccessKey: 'other',
};
const otherCredentials = { accessKeyId: 'AKIAOTHER', secretAccessKey: 'other' };

let kms: PracticeKms;
let client: ByokClient;
beforeAll(async () => {
  kms = await startPracticeKms({ accounts: [otherAccount] });
  client = byokClient(kms.url);
});
afterAll(() => kms.close());
beforeEach(() => control(kms.controlUrl, 'POST /reset'));

const mischief = (setting: z.input<typeof mischiefSchema>) =>
  control(kms.controlUrl, 'POST /mischief', setting);
const advance = (advanceSeconds: number) =>
  control(kms.controlUrl, 'POST /clock', { advanceSeconds });
const keysNow = async (): Promise<number> =>
  ((await client.must('ListKeys', {}))['Keys'] as unknown[]).length;

const outcomeOf = (call: ReturnType<ByokClient['call']>) =>
  call.then(
    (reply) => reply.type ?? reply.status,
    (error: NodeJS.ErrnoException) => error.code ?? 'no reply',
  );

describe('what becomes of a call', () => {
  test.each<[string, object, (string | number)[], number]>([
    ['resetBeforeEffect', { resetBeforeEffect: 1 }, ['ECONNRESET', 200], 1],
    ['resetAfterEffect', { resetAfterEffect: 1 }, ['ECONNRESET', 200], 2],
    ['cutReply', { cutReply: 1 }, ['ECONNRESET', 200], 2],
    ['expiredCredentials', { expiredCredentials: 1 }, ['ExpiredTokenException', 200], 1],
    ['deliverTwice', { deliverTwice: 1 }, [200, 200], 3],
    ['slowBodyMs', { slowBodyMs: 20 }, [200], 1],
    ['replyDelayMs', { replyDelayMs: [1, 20] }, [200], 1],
    ['odds of one', { throttle: { odds: 1 } }, ['ThrottlingException', 'ThrottlingException'], 0],
    ['odds of none', { throttle: { odds: 0 } }, [200, 200], 2],
  ])('%s', async (_name, rule, outcomes, keys) => {
    await mischief({ operations: { CreateKey: rule } });
    const seen: unknown[] = [];
    for (const _ of outcomes) seen.push(await outcomeOf(client.call('CreateKey', {})));
    expect(seen).toEqual(outcomes);
    await mischief({});
    expect(await keysNow()).toBe(keys);
  });

  test('the second of two deliveries is the one that is answered', async () => {
    const TargetKeyId = await client.createKey({ Origin: 'AWS_KMS' });
    await mischief({ operations: { CreateAlias: { deliverTwice: 1 } } });
    const reply = await client.call('CreateAlias', { AliasName: 'alias/twice', TargetKeyId });
    expect(reply.type).toBe('AlreadyExistsException');
    const entries = await control<Record<string, unknown>[]>(kms.controlUrl, 'GET /journal');
    expect(entries.slice(-2)).toMatchObject([
      { error: null, mischief: 'delivered twice' },
      { error: 'AlreadyExistsException', mischief: 'delivered twice' },
    ]);
    expect(entries.at(-1)?.['requestId']).toBe(reply.headers['x-amzn-requestid']);
  });

  test.each<[string, object, number]>([
    ['hangBeforeEffect', { hangBeforeEffect: 1 }, 0],
    ['hangAfterEffect', { hangAfterEffect: 1 }, 1],
  ])('%s leaves the connection open, and others go on', async (_name, rule, keys) => {
    await mischief({ operations: { CreateKey: rule } });
    const hanging = client.call('CreateKey', {}).then(
      () => 'answered',
      () => 'gave up',
    );
    // Its effect, or that it came at all, shows in the journal.
    await expect
      .poll(async () => (await control(kms.controlUrl, 'GET /journal/size'))['size'])
      .toBe(1);
    expect(await keysNow()).toBe(keys);
    expect(await Promise.race([hanging, client.call('ListKeys', {}).then(() => 'went on')])).toBe(
      'went on',
    );
  });

  test('a call that waits goes on as soon as the mischief is replaced', async () => {
    await mischief({ operations: { ListKeys: { latencyMs: 120_000, throttle: 1 } } });
    const waiting = outcomeOf(client.call('ListKeys', {}));
    await expect
      .poll(async () => (await control(kms.controlUrl, 'GET /mischief'))['operations'])
      .toEqual({ ListKeys: { latencyMs: 120_000, throttle: 0 } });
    await mischief({});
    expect(await waiting).toBe('ThrottlingException');
  });

  test('the same seed throws the same dice', () => {
    const throwDice = (seed: number) => {
      const mischiefs = createMischiefs();
      const operations = {
        '*': { throttle: { odds: 0.5 }, latencyMs: [0, 1000] as [number, number] },
      };
      mischiefs.replace(mischiefSchema.parse({ seed, operations }));
      return Array.from({ length: 20 }, () => mischiefs.meet('Encrypt', null));
    };
    expect(throwDice(7)).toEqual(throwDice(7));
    expect(throwDice(7)).not.toEqual(throwDice(8));
  });
});

describe('the Date header', () => {
  test.each<['absent' | 'garbled', string | undefined]>([
    ['absent', undefined],
    ['garbled', 'yesterday, about noon'],
  ])('%s', async (dateHeader, shown) => {
    await mischief({ dateHeader });
    const reply = await client.call('ListKeys', {});
    expect([reply.status, reply.headers.date]).toEqual([200, shown]);
  });
});

test('one account has its own mischief, the others the general one', async () => {
  const accounts = { [otherAccount.accountId]: { operations: { ListKeys: { http500: 1 } } } };
  await mischief({ accounts, operations: { ListKeys: { throttle: 1 } } });
  const other = () => outcomeOf(client.call('ListKeys', {}, { credentials: otherCredentials }));
  expect(await other()).toBe('KMSInternalException');
  expect(await outcomeOf(client.call('ListKeys', {}))).toBe('ThrottlingException');
  expect(await other()).toBe(200);
});

describe('eventual consistency', () => {
  const delays = { statesSeconds: 10, tagsSeconds: 10, policiesSeconds: 10 };

  test('a key that is switched off goes on for a while, and the other way round', async () => {
    const KeyId = await client.createKey({ Origin: 'AWS_KMS' });
    const state = async () => (await client.metadata(KeyId))['KeyState'];
    const encrypt = () => outcomeOf(client.call('Encrypt', { KeyId, Plaintext: 'eA==' }));
    await mischief({ eventualConsistency: delays });
    await client.must('DisableKey', { KeyId });
    expect([await state(), await encrypt()]).toEqual(['Enabled', 200]);
    await advance(10);
    expect([await state(), await encrypt()]).toEqual(['Disabled', 'DisabledException']);
    await client.must('EnableKey', { KeyId });
    expect([await state(), await encrypt()]).toEqual(['Disabled', 'DisabledException']);
    await advance(10);
    expect([await state(), await encrypt()]).toEqual(['Enabled', 200]);
  });

  test('tags show late, and no change is lost', async () => {
    const KeyId = await client.createKey({ Origin: 'AWS_KMS' });
    const tags = async () =>
      ((await client.must('ListResourceTags', { KeyId }))['Tags'] as { TagKey: string }[]).map(
        ({ TagKey }) => TagKey,
      );
    await mischief({ eventualConsistency: delays });
    await client.must('TagResource', { KeyId, Tags: [{ TagKey: 'a', TagValue: '1' }] });
    await client.must('TagResource', { KeyId, Tags: [{ TagKey: 'b', TagValue: '2' }] });
    expect(await tags()).toEqual([]);
    await advance(10);
    expect(await tags()).toEqual(['a', 'b']);
    await client.must('UntagResource', { KeyId, TagKeys: ['a'] });
    expect(await tags()).toEqual(['a', 'b']);
    await advance(10);
    expect(await tags()).toEqual(['b']);
  });

  test('a policy shows and works late', async () => {
    const KeyId = await client.createKey({ Origin: 'AWS_KMS' });
    const before = (await client.must('GetKeyPolicy', { KeyId }))['Policy'];
    const Policy = String(before).replace('"kms:*"', '["kms:G*", "kms:P*", "kms:D*"]');
    await mischief({ eventualConsistency: delays });
    await client.must('PutKeyPolicy', { KeyId, Policy });
    const encrypt = () => outcomeOf(client.call('Encrypt', { KeyId, Plaintext: 'eA==' }));
    expect((await client.must('GetKeyPolicy', { KeyId }))['Policy']).toBe(before);
    expect(await encrypt()).toBe(200);
    await advance(10);
    expect((await client.must('GetKeyPolicy', { KeyId }))['Policy']).not.toBe(before);
    expect(await encrypt()).toBe('AccessDeniedException');
  });
});

test('every fault is described, and nothing else is', async () => {
  const general = ['swapWrappingKey', 'expireTokens', 'clockSkewSeconds', 'dateHeader'];
  const operations = Object.keys(operationMischief.shape).map((name) => `operations.${name}`);
  const delays = Object.keys(mischiefSchema.parse({}).eventualConsistency).map(
    (name) => `eventualConsistency.${name}`,
  );
  const names = [...operations, ...general, ...delays];
  expect(Object.keys(mischiefDescriptions).toSorted()).toEqual(names.toSorted());
  expect(await control(kms.controlUrl, 'GET /mischief/kinds')).toEqual(mischiefDescriptions);
});

test('the command line takes mischief from a file, and a reset goes back to it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'practice-mischief-'));
  const file = join(folder, 'mischief.json');
  try {
    writeFileSync(file, JSON.stringify({ operations: { ListKeys: { http500: 1 } } }));
    const ports = ['--port', '0', '--control-port', '0'];
    const line = readCommandLine([...ports, '--mischief', file]);
    const own = await startPracticeKms(line?.options);
    const ask = () => outcomeOf(byokClient(own.url).call('ListKeys', {}));
    try {
      expect([await ask(), await ask()]).toEqual(['KMSInternalException', 200]);
      await control(own.controlUrl, 'POST /reset');
      expect(await ask()).toBe('KMSInternalException');
    } finally {
      await own.close();
    }
    writeFileSync(file, '{"operations":{"ListKeys":{"explode":1}}}');
    expect(() => readCommandLine([...ports, '--mischief', file])).toThrow(/explode/);
    expect(() => readCommandLine([...ports, '--mischief', join(folder, 'none')])).toThrow(
      /--mischief/,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
