import { describe, expect, test } from 'vitest';
import { createPairPool } from './pair-pool.ts';

const takeIds = async (reuse: number, count: number) => {
  const pool = createPairPool(reuse);
  const taken = await Promise.all(Array.from({ length: count }, () => pool.take('RSA_2048')));
  pool.close();
  return taken.map((pair) => pair.pairId);
};

describe('wrapping pairs', () => {
  test('serve one request each', async () => {
    expect(new Set(await takeIds(1, 5)).size).toBe(5);
  });

  test('serve exactly as many requests as told', async () => {
    const ids = await takeIds(3, 7);
    const counts = [...new Set(ids)].map((id) => ids.filter((other) => other === id).length);
    expect(counts).toEqual([3, 3, 1]);
  });

  test('waiting requests end when the pool closes', async () => {
    const pool = createPairPool(1);
    const waiting = pool.take('RSA_4096');
    pool.close();
    await expect(waiting).rejects.toThrow('stopping');
    await expect(pool.take('RSA_2048')).rejects.toThrow('stopping');
  });
});
