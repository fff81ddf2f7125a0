import { generateKeyPair, randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import type { WrappingPair } from '../model/records.ts';
import type { RsaWrappingSpec } from '../model/wrapping.ts';

const generate = promisify(generateKeyPair);

/** DER, of so many bits. */
export const makePair = (bits: number): Promise<{ publicKey: Buffer; privateKey: Buffer }> =>
  generate('rsa', {
    modulusLength: bits,
    publicExponent: 0x10001,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  });

/** Modulus bits, and how many fresh pairs wait for the next requests. */
const sizes: Readonly<Record<RsaWrappingSpec, { readonly bits: number; readonly ready: number }>> =
  {
    RSA_2048: { bits: 2048, ready: 8 },
    RSA_3072: { bits: 3072, ready: 4 },
    RSA_4096: { bits: 4096, ready: 2 },
  };

/** Generations under way at once while a request waits; a refill alone uses one. */
const maxParallel = 2;

/**
 * Hands out RSA pairs. Each request gets a pair of its own, as with AWS; with `reuse` above one,
 * a pair serves that many requests (benches and tests), and none is made ahead. Generation runs in Node's thread pool
 * and starts for a size only when the size is first asked for, so an idle practice KMS is idle.
 */
export interface PairPool {
  take(spec: RsaWrappingSpec): Promise<WrappingPair>;
  /** Rejects whoever waits; generation under way runs out unseen. */
  close(): void;
}

interface Waiter {
  readonly resolve: (pair: WrappingPair) => void;
  readonly reject: (error: Error) => void;
}

interface Shelf {
  readonly ready: WrappingPair[];
  readonly waiting: Waiter[];
  generating: number;
  shared: { readonly pair: WrappingPair; left: number } | null;
}

/** `reuse` above 1: each pair serves so many requests. `make` takes the bits of a pair. */
export function createPairPool(reuse: number, make = makePair): PairPool {
  const shelves = new Map<RsaWrappingSpec, Shelf>();
  let closed = false;

  function shelf(spec: RsaWrappingSpec): Shelf {
    const known = shelves.get(spec);
    if (known !== undefined) return known;
    const made: Shelf = { ready: [], waiting: [], generating: 0, shared: null };
    shelves.set(spec, made);
    return made;
  }

  function fill(spec: RsaWrappingSpec): void {
    const on = shelf(spec);
    if (closed) return;
    // A pair that serves many may be the last that is ever asked for.
    const goal =
      reuse > 1 ? Math.ceil(on.waiting.length / reuse) : on.waiting.length + sizes[spec].ready;
    const missing = goal - on.ready.length - on.generating;
    const parallel = on.waiting.length > 0 ? maxParallel : 1;
    const starts = Math.min(missing, parallel - on.generating);
    for (let started = 0; started < starts; started += 1) void produce(spec, on);
  }

  async function produce(spec: RsaWrappingSpec, on: Shelf): Promise<void> {
    on.generating += 1;
    try {
      const made = await make(sizes[spec].bits);
      on.ready.push({ pairId: randomUUID(), spki: made.publicKey, pkcs8: made.privateKey });
    } catch (error) {
      on.waiting.shift()?.reject(error as Error);
    } finally {
      on.generating -= 1;
    }
    serve(on);
    fill(spec);
  }

  function serve(on: Shelf): void {
    while (on.waiting.length > 0) {
      const pair = next(on);
      if (pair === undefined) return;
      on.waiting.shift()?.resolve(pair);
    }
  }

  function next(on: Shelf): WrappingPair | undefined {
    if (on.shared !== null && on.shared.left > 0) {
      on.shared.left -= 1;
      return on.shared.pair;
    }
    const pair = on.ready.shift();
    if (pair !== undefined && reuse > 1) on.shared = { pair, left: reuse - 1 };
    return pair;
  }

  return {
    take(spec) {
      const on = shelf(spec);
      if (closed) return Promise.reject(new Error('the practice KMS is stopping'));
      const taken = new Promise<WrappingPair>((resolve, reject) => {
        on.waiting.push({ resolve, reject });
      });
      serve(on);
      fill(spec);
      return taken;
    },
    close() {
      closed = true;
      for (const on of shelves.values()) {
        for (const waiter of on.waiting.splice(0)) {
          waiter.reject(new Error('the practice KMS is stopping'));
        }
      }
    },
  };
}
