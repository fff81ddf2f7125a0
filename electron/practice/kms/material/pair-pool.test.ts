import { describe, expect, test } from 'vitest';
import { createPairPool, makePair } from './pair-pool.ts';

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

  test('are made for who waits alone where one serves many: each takes a processor for long', async () => {
    let made = 0;
    const pool = createPairPool(100, (bits) => {
      made += 1;
      return makePair(bits);
    });
    const ids = [await pool.take('RSA_2048'), await pool.take('RSA_2048')].map((one) => one.pairId);
    expect(new Set(ids).size).toBe(1);
    expect(made).toBe(1);
    pool.close();
  });

  test('waiting requests end when the pool closes', async () => {
    const pool = createPairPool(1);
    const waiting = pool.take('RSA_4096');
    pool.close();
    await expect(waiting).rejects.toThrow('stopping');
    await expect(pool.take('RSA_2048')).rejects.toThrow('stopping');
  });
});
