import { expect, test } from 'vitest';
import { regions } from '../../../core/cloud/regions.ts';
import { isRegion } from './regions.ts';

test('every Region that can be chosen here is one of AWS, and a made up one is not', () => {
  expect(regions.map(({ code }) => code).filter((code) => !isRegion(code))).toEqual([]);
  expect(['us-iso-east-1', 'eu-nowhere-9', 'cn-', ''].map(isRegion)).toEqual([
    true,
    false,
    false,
    false,
  ]);
});
