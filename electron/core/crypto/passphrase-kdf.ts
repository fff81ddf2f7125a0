import { hashRaw } from '@node-rs/argon2';
import { Secret } from '../kernel/secret.ts';

/** Cost of turning a passphrase into a key with Argon2id (RFC 9106), version 0x13. */
export interface KdfCost {
  /** KiB. */
  readonly memory: number;
  readonly passes: number;
  readonly lanes: number;
}

export const defaultKdfCost: KdfCost = { memory: 256 * 1024, passes: 3, lanes: 2 };

/** What is accepted: the floor keeps guessing dear, the ceiling keeps a hostile file from the memory. */
const kdfBounds = {
  memory: { least: 64 * 1024, most: 1024 * 1024 },
  passes: { least: 3, most: 10 },
  lanes: { least: 1, most: 8 },
  salt: { least: 16, most: 64 },
} as const;

/** The least that is accepted. A new keystore takes {@link defaultKdfCost}, which is six times as dear. */
export const leastKdfCost: KdfCost = {
  memory: kdfBounds.memory.least,
  passes: kdfBounds.passes.least,
  lanes: kdfBounds.lanes.least,
};

/** Why a cost is not accepted, or null. Costs nothing, so it comes before any allocation. */
export function kdfCostProblem(cost: KdfCost): keyof KdfCost | null {
  for (const name of ['memory', 'passes', 'lanes'] as const) {
    const { least, most } = kdfBounds[name];
    if (!Number.isInteger(cost[name]) || cost[name] < least || cost[name] > most) return name;
  }
  return null;
}

const argon2id = 2;
const version13 = 1;

/**
 * Derives 32 bytes from a passphrase, off the event loop.
 * @throws RangeError when cost or salt are outside {@link kdfBounds}; nothing was allocated.
 */
export async function passphraseKey(
  passphrase: Secret,
  salt: Buffer,
  cost: KdfCost,
): Promise<Secret> {
  const problem = kdfCostProblem(cost);
  if (problem !== null) throw new RangeError(`Argon2id ${problem} out of bounds`);
  if (salt.length < kdfBounds.salt.least || salt.length > kdfBounds.salt.most) {
    throw new RangeError('Argon2id salt out of bounds');
  }
  // The library reads the buffer on another thread: it must outlive this turn, so it is a copy.
  const copy = passphrase.clone();
  try {
    const key = await copy.use((bytes) =>
      hashRaw(bytes, {
        algorithm: argon2id,
        version: version13,
        memoryCost: cost.memory,
        timeCost: cost.passes,
        parallelism: cost.lanes,
        outputLen: 32,
        salt,
      }),
    );
    return Secret.adopt(key);
  } finally {
    copy.dispose();
  }
}
