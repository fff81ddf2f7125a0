import { notFound, OperationError } from '../../../../shared/errors/operation-error.ts';
import type { KdfCost } from '../../crypto/passphrase-kdf.ts';
import type { Secret } from '../../kernel/secret.ts';
import type { OpenStore } from '../open-store.ts';
import { mostSlots, type Slot, type SlotHeader } from './header.ts';
import { writeHeaders } from './header-files.ts';
import { makeSlot, type NewSlot, openSlot } from './slot-kinds.ts';

/** One way to open the keystore, as shown. */
export interface SlotView {
  readonly id: string;
  readonly kind: 'passphrase' | 'hsm' | 'combined';
  readonly label: string;
  /** Wall clock, milliseconds since 1970. */
  readonly createdAt: number;
  readonly tokenSerial: string | null;
}

export const slotView = (slot: Slot): SlotView => ({
  id: slot.id,
  kind: slot.kind,
  label: slot.label,
  createdAt: slot.createdAt,
  tokenSerial: slot.kind === 'passphrase' ? null : slot.token.serial,
});

/**
 * The ways to open an open keystore. Each change writes the header first, whole, and then notes its
 * revision in the store, so that an older header put back later is noticed.
 */
export class KeySlots {
  readonly #store: OpenStore;
  #header: SlotHeader;
  #changing: Promise<unknown> = Promise.resolve();

  constructor(store: OpenStore, header: SlotHeader) {
    this.#store = store;
    this.#header = header;
  }

  list(): SlotView[] {
    return this.#header.slots.map(slotView);
  }

  /**
   * Adds a way to open the keystore. `allow` has the last word, once nothing else speaks against it.
   * @throws OperationError NAME_TAKEN, PASSPHRASE_TOO_SHORT, BAD_INPUT (too many slots, label, cost).
   */
  add(spec: NewSlot, allow = (): void => undefined): Promise<SlotView> {
    return this.#oneAtATime(async () => {
      const label = spec.label;
      if (label.length < 1 || label.length > 64)
        throw new OperationError('BAD_INPUT', { field: 'label' });
      if (this.#header.slots.some((slot) => slot.label === label || slot.id === label)) {
        throw new OperationError('NAME_TAKEN', { label });
      }
      if (this.#header.slots.length >= mostSlots) {
        throw new OperationError('BAD_INPUT', { field: 'slots', most: mostSlots });
      }
      const slot = await this.#make(spec);
      allow();
      this.#write([...this.#header.slots, slot]);
      return slotView(slot);
    });
  }

  /**
   * Removes one way to open the keystore. `allow` has the last word, as for `add`.
   * @throws OperationError NOT_FOUND, SLOT_LAST; CONFIRMATION_NEEDED when no passphrase alone would
   *   open it any more, and that is not what was asked for.
   */
  remove(
    idOrLabel: string,
    withoutPassphrase = false,
    allow = (_slot: SlotView): void => undefined,
  ): Promise<SlotView[]> {
    return this.#oneAtATime(async () => {
      const slot = this.#find(idOrLabel);
      if (this.#header.slots.length === 1)
        throw new OperationError('SLOT_LAST', { label: slot.label });
      const rest = this.#header.slots.filter((each) => each.id !== slot.id);
      if (!withoutPassphrase && slot.kind === 'passphrase') requirePassphraseSlot(slot, rest);
      allow(slotView(slot));
      this.#write(rest);
      return this.list();
    });
  }

  /**
   * Gives one passphrase slot a new passphrase, in one atomic rewrite. The current one is asked for
   * although the keystore is open: an unattended screen must not be enough.
   * @throws OperationError NOT_FOUND, UNLOCK_REFUSED, PASSPHRASE_TOO_SHORT.
   */
  changePassphrase(change: {
    readonly slot?: string | undefined;
    readonly current: Secret;
    readonly replacement: Secret;
    readonly cost?: KdfCost;
  }): Promise<SlotView> {
    return this.#oneAtATime(async () => {
      const slot = this.#find(change.slot ?? this.#onlyPassphraseSlot());
      if (slot.kind !== 'passphrase') {
        throw new OperationError('BAD_INPUT', { field: 'slot', kind: slot.kind });
      }
      const unlock = { passphrase: change.current };
      using opened = await openSlot(slot, this.#store.id, unlock);
      if (opened === null) throw new OperationError('UNLOCK_REFUSED', { slots: [slot.label] });
      const fresh = await this.#make({
        kind: 'passphrase',
        label: slot.label,
        passphrase: change.replacement,
        ...(change.cost === undefined ? {} : { cost: change.cost }),
      });
      this.#write(this.#header.slots.map((each) => (each.id === slot.id ? fresh : each)));
      return slotView(fresh);
    });
  }

  #make(spec: NewSlot): Promise<Slot> {
    const { id, clock, random } = this.#store;
    return this.#store.useRootKey((rootKey) =>
      makeSlot(spec, { storeId: id, rootKey, clock, random }),
    );
  }

  #write(slots: readonly Slot[]): void {
    // Refused changes (checking, read-only) must be refused before the files are touched.
    this.#store.change(() => undefined);
    const before = this.#header;
    const { storeId, realm, revision } = before;
    const after: SlotHeader = { storeId, realm, revision: revision + 1, slots };
    try {
      this.#put(after);
      this.#store.change(() =>
        this.#store.db.prepare('update meta set header_revision = ?').run(after.revision),
      );
    } catch (error) {
      this.#put(before);
      throw error;
    }
    this.#header = after;
  }

  #put(header: SlotHeader): void {
    this.#store.useRootKey((rootKey) =>
      writeHeaders(this.#store.path, header, rootKey, this.#store.random),
    );
  }

  #find(idOrLabel: string): Slot {
    const slot = this.#header.slots.find(
      (each) => each.id === idOrLabel || each.label === idOrLabel,
    );
    if (slot === undefined) throw notFound('slot');
    return slot;
  }

  #onlyPassphraseSlot(): string {
    const [first, second] = this.#header.slots.filter((slot) => slot.kind === 'passphrase');
    if (first === undefined) throw notFound('slot', 'passphrase');
    if (second !== undefined) throw new OperationError('AMBIGUOUS_NAME', { field: 'slot' });
    return first.id;
  }

  #oneAtATime<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#changing.then(work, work);
    this.#changing = next.catch(() => undefined);
    return next;
  }
}

/** A token that breaks or is lost takes a keystore with it that nothing else opens. */
function requirePassphraseSlot(removed: Slot, rest: readonly Slot[]): void {
  if (rest.some((slot) => slot.kind === 'passphrase')) return;
  const serials = rest.flatMap((slot) => (slot.kind === 'passphrase' ? [] : [slot.token.serial]));
  throw new OperationError('CONFIRMATION_NEEDED', {
    what: `remove the last passphrase, ${removed.label.slice(0, 20)}`,
    warning: `Then this keystore and its backups open only with their token (${[...new Set(serials)].join(', ')}); without it everything in them is lost.`,
    option: '--without-passphrase',
  });
}
