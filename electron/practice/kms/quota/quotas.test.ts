import { expect, test } from 'vitest';
import { createQuotas } from './quotas.ts';

const admitted = (take: () => boolean, tries: number): number => {
  let count = 0;
  for (let index = 0; index < tries; index += 1) if (take()) count += 1;
  return count;
};

test('a bucket holds a second, refills with time and is its own per operation', () => {
  let now = 0;
  const quotas = createQuotas({ enabled: true, scale: 1 }, () => now);
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

test('symmetric cryptography shares one bucket', () => {
  const quotas = createQuotas({ enabled: true, scale: 0.0002 }, () => 0);
  const taken = ['Encrypt', 'Decrypt', 'GenerateDataKey'].map((name) =>
    quotas.admit('1', 'r', name),
  );
  expect(taken).toEqual([true, true, false]);
});

test('off means off', () => {
  const quotas = createQuotas({ enabled: false, scale: 1 }, () => 0);
  expect(admitted(() => quotas.admit('1', 'r', 'GetParametersForImport'), 100)).toBe(100);
});
