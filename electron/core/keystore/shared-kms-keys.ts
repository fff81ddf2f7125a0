import { lifecycleRead } from '../../../shared/model/lifecycle.ts';
import type { Keys } from './keys.ts';
import type { Key, KeyWithRemote, RemoteKey } from './rows.ts';

/** One material of a KMS key, as AWS lists it. */
export interface MaterialRead {
  readonly materialId: string;
  readonly state: string;
  readonly importState: string | null;
  readonly validTo: number | null;
}

type Versions = Pick<Keys, 'get' | 'ofGroup' | 'setLifecycle' | 'addEvent'>;

interface Version {
  readonly key: Key;
  readonly remote: RemoteKey;
}

/** AWS encrypts or has encrypted under it, so that the KMS key needs it for ever. */
const bound = ({ materialState }: Pick<RemoteKey, 'materialState'>): boolean =>
  materialState === 'CURRENT' || materialState === 'NON_CURRENT';

/**
 * Versions that are materials of one KMS key. A reading of the KMS key is one of all of them: its state
 * is theirs, and the version whose material AWS calls current is the one that the alias leads to. Which
 * one that is, no job decides: it follows from the reading.
 */
export class SharedKmsKeys {
  readonly #keys: Versions;
  readonly #put: (row: RemoteKey) => void;

  constructor(keys: Versions, put: (row: RemoteKey) => void) {
    this.#keys = keys;
    this.#put = put;
  }

  /**
   * Notes what was read of the KMS key, or of this version. `validTo` is the earliest date of all
   * materials, as DescribeKey tells it: a version's own comes with its list.
   */
  note(key: Key, remote: RemoteKey, given: Partial<RemoteKey>): void {
    const { state, currentMaterial, policyRead, readAt, validTo, ...own } = given;
    const ofKey = { state, policyRead, readAt };
    const told = Object.fromEntries(Object.entries(ofKey).filter(([, v]) => v !== undefined));
    const before = this.#versions(key, remote);
    const noted = before.map((version) => ({
      key: version.key,
      remote: { ...version.remote, ...told, ...(version.key.id === key.id ? own : {}) },
    }));
    const after = currentMaterial === undefined ? noted : withCurrent(noted, currentMaterial);
    const settled = after.map((version) => ({
      ...version,
      remote: withState(version.remote, {
        state,
        validTo,
        alone: after.filter(isBound).length < 2,
      }),
    }));
    this.#keep(settled, state);
  }

  /** Notes what AWS lists. Which one is current is DescribeKey's to say: the list may be ahead of it. */
  noteMaterials(key: Key, remote: RemoteKey, materials: readonly MaterialRead[]): void {
    for (const { remote: row } of this.#versions(key, remote)) {
      const listed = materials.find(({ materialId }) => materialId === row.materialId);
      this.#put(
        listed ? { ...row, ...stateOf(row, listed), ...dateOf(row, listed) } : forgotten(row),
      );
    }
  }

  #versions(key: Key, { arn }: RemoteKey): Version[] {
    const shares = (each: KeyWithRemote): each is Version =>
      each.remote?.arn === arn && each.remote.materialState !== null;
    return this.#keys.ofGroup(key.groupId).filter(shares);
  }

  #keep(versions: readonly Version[], state: string | undefined): void {
    for (const { remote } of versions) this.#put(remote);
    this.#followCurrent(versions);
    if (state === undefined) return;
    for (const { key } of versions) {
      const lifecycle = lifecycleRead(this.#keys.get(key.id).key.lifecycle, state);
      if (lifecycle !== null) this.#keys.setLifecycle(key.id, lifecycle);
    }
  }

  /** Where the KMS key was in use, the version that AWS encrypts under is the active one, and no other. */
  #followCurrent(versions: readonly Version[]): void {
    const current = versions.find(({ remote }) => remote.materialState === 'CURRENT');
    const former = versions.find(({ key }) => ['active', 'suspended'].includes(key.lifecycle));
    if (!current || !former || former.key.id === current.key.id) return;
    if (former.remote.alias !== null) {
      this.#put({ ...current.remote, alias: former.remote.alias });
      this.#put({ ...former.remote, alias: null });
    }
    if (['pre-activation', 'deactivated'].includes(current.key.lifecycle))
      this.#keys.setLifecycle(current.key.id, 'active');
    this.#keys.setLifecycle(former.key.id, 'deactivated');
    this.#keys.addEvent(current.key.id, 'AWS encrypts under its material from now on', null);
    const gave = `AWS encrypts under version ${current.key.version} from now on; still decrypts`;
    this.#keys.addEvent(former.key.id, gave, null);
  }
}

const isBound = ({ remote }: Version): boolean => bound(remote);

/** Current is what AWS names; that none of ours is, is noted with each of them. */
function withCurrent(versions: readonly Version[], current: string | null): Version[] {
  const ours = versions.some(({ remote }) => remote.materialId === current);
  return versions.map(({ key, remote }) => ({
    key,
    remote: {
      ...remote,
      currentMaterial: ours ? remote.materialId : current,
      materialState: current === null ? remote.materialState : stateUnder(remote, current),
    },
  }));
}

const stateUnder = ({ materialId, materialState }: RemoteKey, current: string) =>
  materialId === current ? 'CURRENT' : materialState === 'CURRENT' ? 'NON_CURRENT' : materialState;

/** A KMS key that is on or off has every material it needs. */
function withState(
  remote: RemoteKey,
  read: {
    readonly state: string | undefined;
    readonly validTo: number | null | undefined;
    readonly alone: boolean;
  },
): RemoteKey {
  const complete = read.state === 'Enabled' || read.state === 'Disabled';
  if (!complete || !bound(remote)) return remote;
  const { validTo } = read;
  const own = validTo !== undefined && (validTo === null || read.alone) ? { validTo } : {};
  return { ...remote, importState: 'IMPORTED', ...own };
}

const stateOf = (row: RemoteKey, { state, importState }: MaterialRead) => ({
  importState,
  ...(state === 'CURRENT' || row.materialState === 'CURRENT' ? {} : { materialState: state }),
});

/** Of what is gone AWS tells no date: the one it had tells whether it expired, and so is brought back. */
const dateOf = (row: RemoteKey, { importState, validTo }: MaterialRead) => ({
  validTo: importState === 'PENDING_IMPORT' ? (validTo ?? row.validTo) : validTo,
});

/** AWS does not know it: it never came, or went while it waited for a rotation. */
const forgotten = (row: RemoteKey): RemoteKey => ({
  ...row,
  materialState: 'NOT_IMPORTED',
  importState: null,
  validTo: null,
});
