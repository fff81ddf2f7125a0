import { OperationError } from '../../../../shared/errors/operation-error.ts';
import {
  AuthenticationError,
  gcmOpen,
  gcmSeal,
  packSealed,
  unpackSealed,
} from '../../crypto/aead.ts';
import { hkdfSha256 } from '../../crypto/mac.ts';
import {
  defaultKdfCost,
  type KdfCost,
  kdfCostProblem,
  passphraseKey,
} from '../../crypto/passphrase-kdf.ts';
import { Secret } from '../../kernel/secret.ts';
import { uuidv7 } from '../../kernel/uuid.ts';
import type { Clock, RandomBytes } from '../../ports.ts';
import {
  type CombinedSlot,
  type HsmSlot,
  type PassphraseSlot,
  type Slot,
  slotAad,
} from './header.ts';

/** A key inside an HSM that seals and opens small secrets; the key never leaves the HSM. */
export interface HsmSeal {
  readonly tokenSerial: string;
  seal(plain: Secret, aad: Buffer): Promise<Buffer>;
  /** @throws AuthenticationError or OperationError HSM_* when it does not open. */
  open(sealed: Buffer, aad: Buffer): Promise<Secret>;
}

/** What is asked for when a slot is made. */
export type NewSlot =
  | {
      readonly kind: 'passphrase';
      readonly label: string;
      readonly passphrase: Secret;
      readonly cost?: KdfCost;
    }
  | { readonly kind: 'hsm'; readonly label: string; readonly hsm: HsmSeal }
  | {
      readonly kind: 'combined';
      readonly label: string;
      readonly passphrase: Secret;
      readonly hsm: HsmSeal;
      readonly cost?: KdfCost;
    };

/** What a person brings to open a keystore. Secrets stay the caller's to wipe. */
export interface UnlockWith {
  /** Id or label of the slot; without it every slot that fits is tried. */
  readonly slot?: string | undefined;
  readonly passphrase?: Secret | undefined;
  readonly hsm?: HsmSeal | undefined;
}

export const shortestPassphrase = 12;

/** @throws OperationError PASSPHRASE_TOO_SHORT below twelve characters. */
export function requirePassphrase(passphrase: Secret): void {
  // Characters, counted without making a string: every UTF-8 byte that does not continue one.
  const characters = passphrase.use((bytes) =>
    bytes.reduce((sum, byte) => ((byte & 0xc0) === 0x80 ? sum : sum + 1), 0),
  );
  if (characters < shortestPassphrase) {
    throw new OperationError('PASSPHRASE_TOO_SHORT', { least: shortestPassphrase });
  }
}

export interface SlotContext {
  readonly storeId: string;
  readonly rootKey: Secret;
  readonly clock: Clock;
  readonly random: RandomBytes;
}

/**
 * Wraps the root key for one more way to open the keystore.
 * @throws OperationError PASSPHRASE_TOO_SHORT, BAD_INPUT on a cost out of bounds, HSM_*.
 */
export async function makeSlot(spec: NewSlot, context: SlotContext): Promise<Slot> {
  const common = { id: uuidv7(context), label: spec.label, createdAt: context.clock.now() };
  if (spec.kind === 'hsm') {
    const slot: HsmSlot = {
      ...common,
      kind: 'hsm',
      token: { serial: spec.hsm.tokenSerial },
      sealed: '',
    };
    const sealed = await spec.hsm.seal(context.rootKey, slotAad(context.storeId, slot));
    return { ...slot, sealed: sealed.toString('base64') };
  }
  requirePassphrase(spec.passphrase);
  const cost = spec.cost ?? defaultKdfCost;
  const problem = kdfCostProblem(cost);
  if (problem !== null) throw new OperationError('BAD_INPUT', { field: problem });
  const salt = context.random(32);
  const kdf = { name: 'argon2id' as const, ...cost, salt: salt.toString('base64') };
  if (spec.kind === 'passphrase') {
    const slot: PassphraseSlot = { ...common, kind: 'passphrase', kdf, wrapped: '' };
    using key = await passphraseKey(spec.passphrase, salt, cost);
    return { ...slot, wrapped: wrap(key, slot, context) };
  }
  const slot: CombinedSlot = {
    ...common,
    kind: 'combined',
    kdf,
    token: { serial: spec.hsm.tokenSerial },
    sealed: '',
    wrapped: '',
  };
  using half = Secret.adopt(context.random(32));
  const sealed = await spec.hsm.seal(half, slotAad(context.storeId, slot));
  using fromPassphrase = await passphraseKey(spec.passphrase, salt, cost);
  using key = joined(fromPassphrase, half);
  return { ...slot, sealed: sealed.toString('base64'), wrapped: wrap(key, slot, context) };
}

/** Can this slot be tried with what was brought? */
export function fits(slot: Slot, unlock: UnlockWith): boolean {
  if (unlock.slot !== undefined && slot.id !== unlock.slot && slot.label !== unlock.slot)
    return false;
  const token = slot.kind === 'passphrase' ? null : slot.token.serial;
  if (token !== null && unlock.hsm?.tokenSerial !== token) return false;
  return slot.kind === 'hsm' || unlock.passphrase !== undefined;
}

/** Opens one slot; null when what was brought does not open it. */
export async function openSlot(
  slot: Slot,
  storeId: string,
  unlock: UnlockWith,
): Promise<Secret | null> {
  try {
    return await open(slot, storeId, unlock);
  } catch (error) {
    if (error instanceof AuthenticationError) return null;
    throw error;
  }
}

async function open(slot: Slot, storeId: string, unlock: UnlockWith): Promise<Secret | null> {
  const aad = slotAad(storeId, slot);
  if (slot.kind === 'hsm') {
    if (unlock.hsm === undefined) return null;
    return unlock.hsm.open(Buffer.from(slot.sealed, 'base64'), aad);
  }
  if (unlock.passphrase === undefined) return null;
  // A header that asks for more, or less, than we would ever write is not obeyed.
  if (kdfCostProblem(slot.kdf) !== null) {
    throw new OperationError('KEYSTORE_HEADER_DAMAGED', { slot: slot.label, part: 'kdf' });
  }
  const salt = Buffer.from(slot.kdf.salt, 'base64');
  const sealed = unpackSealed(Buffer.from(slot.wrapped, 'base64'));
  if (slot.kind === 'passphrase') {
    using key = await passphraseKey(unlock.passphrase, salt, slot.kdf);
    return key.use((bytes) => Secret.adopt(gcmOpen(bytes, sealed, aad)));
  }
  if (unlock.hsm === undefined) return null;
  using half = await unlock.hsm.open(Buffer.from(slot.sealed, 'base64'), aad);
  using fromPassphrase = await passphraseKey(unlock.passphrase, salt, slot.kdf);
  using key = joined(fromPassphrase, half);
  return key.use((bytes) => Secret.adopt(gcmOpen(bytes, sealed, aad)));
}

function wrap(key: Secret, slot: Slot, context: SlotContext): string {
  const aad = slotAad(context.storeId, slot);
  const sealed = key.use((kek) =>
    context.rootKey.use((root) => gcmSeal(kek, context.random(12), aad, root)),
  );
  return packSealed(sealed).toString('base64');
}

/** Neither half alone says anything about the key. */
function joined(fromPassphrase: Secret, fromHsm: Secret): Secret {
  return fromPassphrase.use((left) =>
    fromHsm.use((right) => {
      const both = Buffer.concat([left, right]);
      try {
        const info = Buffer.from('keyreeve combined slot v1');
        return Secret.adopt(hkdfSha256(both, Buffer.alloc(0), info, 32));
      } finally {
        both.fill(0);
      }
    }),
  );
}
