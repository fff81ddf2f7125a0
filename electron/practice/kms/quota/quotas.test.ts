import { describe, expect, test } from 'vitest';
import { createQuotas } from './quotas.ts';
import { plainQuotas, quotaSettingSchema } from './setting.ts';

const admitted = (take: () => boolean, tries: number): number => {
  let count = 0;
  for (let index = 0; index < tries; index += 1) if (take()) count += 1;
  return count;
};
const quotasWith = (setting: object, now: () => number = () => 0) =>
  createQuotas(quotaSettingSchema.parse(setting), now);

test('a bucket holds a second, refills with time and is its own per operation', () => {
  let now = 0;
  const quotas = quotasWith({}, () => now);
  const take = (operation: string) => () => quotas.admit('1', 'r', operation);
  expect(admitted(take('GetParametersForImport'), 5)).toBe(1);
  expect(admitted(take('ImportKeyMaterial'), 40)).toBe(15);
  expect(admitted(take('CreateKey'), 40)).toBe(5);
  now = 1000;
  expect(admitted(take('GetParametersForImport'), 5)).toBe(1);
  now = 1400;
  expect(admitted(take('CreateKey'), 40)).toBe(5);
  now = 1600;
  expect(admitted(take('CreateKey'), 40)).toBe(1);
});

test('accounts and Regions have quotas of their own', () => {
  const quotas = quotasWith({});
  const take = (account: string, region: string) => () =>
    quotas.admit(account, region, 'CreateKey');
  expect(admitted(take('1', 'a'), 9)).toBe(5);
  expect(admitted(take('1', 'b'), 9)).toBe(5);
  expect(admitted(take('2', 'a'), 9)).toBe(5);
});

describe('the table', () => {
  const rates = (region: string, setting: object = {}) =>
    quotasWith(setting).table(region).requestsPerSecond;

  test.each([
    ['us-east-1', 100_000],
    ['us-west-2', 100_000],
    ['eu-west-1', 100_000],
    ['eu-central-1', 20_000],
    ['sa-east-1', 10_000],
  ])('symmetric cryptography in %s', (region, rate) => {
    expect(rates(region)['Cryptography symmetric']).toBe(rate);
  });

  test('has a rate for every operation or what it shares, and takes others over it', () => {
    const { 'Cryptography symmetric': symmetric, ...usual } = rates('sa-east-1');
    expect(symmetric).toBe(10_000);
    const named = {
      'Cryptography RSA': 1000,
      'Cryptography ECC': 1000,
      'Cryptography ML': 1000,
      'Cryptography key store': 1800,
      'DataKeyPair RSA_2048': 20,
      'DataKeyPair RSA_3072': 4,
      'DataKeyPair RSA_4096': 1,
      'DataKeyPair ECC': 100,
      'DataKeyPair ML': 100,
      GetParametersForImport: 1,
      ImportKeyMaterial: 15,
      DeleteImportedKeyMaterial: 15,
      ListKeyRotations: 100,
      GetKeyRotationStatus: 1000,
      DescribeKey: 2000,
      GetPublicKey: 2000,
      ListResourceTags: 2000,
      ListKeys: 500,
      ListAliases: 500,
      ListGrants: 100,
      ListKeyPolicies: 100,
      ListRetirableGrants: 100,
      CreateGrant: 50,
      RetireGrant: 50,
      RevokeGrant: 50,
      EnableKeyRotation: 15,
      PutKeyPolicy: 15,
      ScheduleKeyDeletion: 15,
      DeleteAlias: 15,
      TagResource: 10,
    };
    const others = Object.keys(usual).filter((name) => !(name in named));
    expect(usual).toEqual({ ...named, ...Object.fromEntries(others.map((name) => [name, 5])) });
    expect(others).toContain('RotateKeyOnDemand');
    expect(others).toContain('CreateKey');
    expect(usual['Encrypt']).toBeUndefined();
    const setting = { scale: 2, requestsPerSecond: { CreateKey: 30 } };
    expect(rates('sa-east-1', setting)).toMatchObject({ CreateKey: 60, TagResource: 20 });
  });

  test('of resources has the limits of AWS, and others where they were set', () => {
    const setting = { enabled: false, resources: { keys: 3 } };
    expect(quotasWith(setting).table('r').resources).toEqual({
      keys: 3,
      aliasesPerKey: 50,
      grantsPerKey: 50_000,
      keyStores: 10,
    });
  });
});

test.each([
  [{ requestsPerSecond: { CreateKeys: 1 } }],
  [{ requestsPerSecond: { CreateKey: 0 } }],
  [{ resources: { locks: 1 } }],
  [{ resources: { keys: -1 } }],
  [{ scale: 0 }],
  [{ quota: 1 }],
])('%j is no setting', (setting) => {
  expect(quotaSettingSchema.safeParse(setting).success).toBe(false);
});

test('off means off, and a reset goes back to it', () => {
  const quotas = createQuotas(plainQuotas(false), () => 0);
  const take = () => quotas.admit('1', 'r', 'GetParametersForImport');
  expect(admitted(take, 100)).toBe(100);
  quotas.replace(plainQuotas(true));
  expect(admitted(take, 100)).toBe(1);
  quotas.reset();
  expect(admitted(take, 100)).toBe(100);
});
