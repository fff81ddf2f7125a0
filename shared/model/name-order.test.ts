import { describe, expect, it } from 'vitest';
import { inNameOrder, nameOrder } from './name-order.ts';

const sorted = (...names: string[]): string[] =>
  inNameOrder(names.map((name, at) => ({ id: String(at), name }))).map(({ name }) => name);

describe('the order of names', () => {
  it('takes numbers by their value', () => {
    expect(sorted('payments-10', 'payments-2', 'payments', 'payments-1')).toEqual([
      'payments',
      'payments-1',
      'payments-2',
      'payments-10',
    ]);
    expect(sorted('v1.10.2', 'v1.9.12', 'v1.9.3')).toEqual(['v1.9.3', 'v1.9.12', 'v1.10.2']);
    expect(sorted('k100000000000000000000', 'k99999999999999999999')).toEqual([
      'k99999999999999999999',
      'k100000000000000000000',
    ]);
  });

  it('looks at no case, and puts leading zeros first among equals', () => {
    expect(sorted('beta', 'Alpha', 'alpha2', 'ALPHA10')).toEqual([
      'Alpha',
      'alpha2',
      'ALPHA10',
      'beta',
    ]);
    expect(sorted('a1', 'a007', 'a7', 'a0')).toEqual(['a0', 'a1', 'a007', 'a7']);
  });

  it('puts a name before those that begin with it, and digits before letters', () => {
    expect(sorted('ab', 'a', 'a b', 'a1', 'a-')).toEqual(['a', 'a b', 'a-', 'a1', 'ab']);
  });

  it('compares as bytes do, beyond the basic plane too', () => {
    const names = ['\u{1F511}', '\uFF5E', 'ä', 'z', '漢'];
    const bytes = [...names].sort((a, b) =>
      Buffer.compare(Buffer.from(nameOrder(a)), Buffer.from(nameOrder(b))),
    );
    expect(sorted(...names)).toEqual(bytes);
  });
});
