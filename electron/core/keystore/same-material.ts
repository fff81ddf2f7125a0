import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { KeyBlob } from '../hsm/driver.ts';
import type { Keys } from './keys.ts';
import type { Key, KeyWithRemote } from './rows.ts';

/** A key that has the material of another, as far as that can be told without opening either. */
export interface SameMaterial extends KeyWithRemote {
  /** False: the check values are equal, and the kept copies cannot be compared. */
  readonly proved: boolean;
}

/**
 * Every other key here with the material of this one.
 *
 * A check value finds them, and is short. Beyond it, private keys have one material where they have one public
 * key. Secrets are compared as they are kept: key wrap (RFC 3394, RFC 5649) has no random part, so under one
 * master key two copies are equal if and only if their keys are.
 */
export function sameMaterial(
  keys: Pick<Keys, 'sameAs' | 'blob'>,
  { id, kcv, spec }: Pick<Key, 'id' | 'kcv' | 'spec'>,
): readonly SameMaterial[] {
  const others = keys.sameAs(kcv, spec).filter(({ key }) => key.id !== id);
  if (others.length === 0) return [];
  return thoseWith(
    opened(() => keys.blob(id)),
    others,
    keys,
  );
}

/** The same of a key that is wrapped here, and of which nothing is kept yet. */
export const keptAlready = (
  keys: Pick<Keys, 'sameAs' | 'blob'>,
  blob: KeyBlob,
): readonly SameMaterial[] => thoseWith(blob, keys.sameAs(blob.kcv, blob.spec), keys);

const thoseWith = (
  own: KeyBlob | null,
  others: readonly KeyWithRemote[],
  keys: Pick<Keys, 'blob'>,
): SameMaterial[] =>
  others.flatMap((found) => {
    const same = compare(
      own,
      opened(() => keys.blob(found.key.id)),
    );
    return same === 'different' ? [] : [{ ...found, proved: same === 'same' }];
  });

function compare(one: KeyBlob | null, other: KeyBlob | null): 'same' | 'different' | 'not-known' {
  if (one === null || other === null) return 'not-known';
  if (one.publicKey !== null && other.publicKey !== null) {
    return equal(one.publicKey, other.publicKey);
  }
  const comparable =
    one.masterId === other.masterId && isPadded(one.mechanism) === isPadded(other.mechanism);
  return comparable ? equal(one.wrapped, other.wrapped) : 'not-known';
}

/** A copy that was tampered with is told of where it is used; here it is one that cannot be compared. */
function opened(open: () => KeyBlob): KeyBlob | null {
  try {
    return open();
  } catch (error) {
    if (error instanceof OperationError) return null;
    throw error;
  }
}

/** Two names of RFC 5649, and one of RFC 3394. */
const isPadded = (mechanism: KeyBlob['mechanism']): boolean => mechanism !== 'CKM_AES_KEY_WRAP';

const equal = (one: Uint8Array, other: Uint8Array): 'same' | 'different' =>
  Buffer.from(one).equals(other) ? 'same' : 'different';
