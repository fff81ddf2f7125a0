import type { FailureCode } from '../../../../shared/errors/failures.ts';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { failureClause } from '../../../../shared/text/failures.ts';
import type { KeyWithRemote } from '../../keystore/keys.ts';
import type { Group, Key, RemoteKey, StorageLocation } from '../../keystore/rows.ts';
import { Checks, lookAtAws, type Looked } from './plan.ts';
import { lookAtVersion, type Seen } from './plan-synchronize.ts';
import { proveCopy } from './reading.ts';
import type { DeedServices } from './services.ts';

/** Which of the two things a person wants in line. */
export interface GroupChoices {
  readonly updatePolicy: boolean;
  readonly importMaterial: boolean;
}

/** A version as it was read for the plan. */
export interface VersionSeen {
  readonly key: Key;
  /** As read now; null when it was never sent to AWS. */
  readonly remote: RemoteKey | null;
  /** Null where nothing was asked. */
  readonly seen: Seen | null;
  /** Why it cannot be synchronized now; null when it can. */
  readonly failure: OperationError | null;
  /** Its kept copy was opened for the import. */
  readonly proved: boolean;
}

export interface VersionsSeen {
  readonly versions: readonly VersionSeen[];
  /** The look at each Region in which the group has keys, its own first. */
  readonly places: readonly Looked[];
  readonly checks: readonly { readonly ok: boolean; readonly text: string }[];
  /** What keeps all of them from being synchronized; null when nothing does. */
  readonly inTheWay: OperationError | null;
}

/** So many versions are read at once: a large group must not take every turn at AWS. */
const atOnce = 4;

/** Once AWS answers one version so, it would the others as well: they are not asked for. */
const endsReading: readonly FailureCode[] = [
  'AWS_UNREACHABLE',
  'AWS_THROTTLED',
  'AWS_ANSWER_LOST',
  'AWS_CLOCK_SKEW',
  'AWS_NOT_PRACTICE',
  'CREDENTIAL_REJECTED',
  'REALM_MISMATCH',
];
const ofAll: readonly FailureCode[] = [...endsReading, 'SOFTWARE_KEY_TO_REAL_AWS'];

/** Reads every version of a group from AWS, newest first, and opens the copies that would be sent. */
export async function readVersions(
  services: DeedServices,
  group: Group,
  choices: GroupChoices,
): Promise<VersionsSeen> {
  const all = services.keys.ofGroup(group.id);
  const regions = [...new Set([group.region, ...regionsOf(all)])];
  const looks = new Map<string, { readonly looked: Looked; readonly checks: Checks }>();
  for (const region of regions) {
    const checks = new Checks();
    looks.set(region, {
      looked: await lookAtAws(services, group, checks, { adopt: true, region }),
      checks,
    });
  }
  const whole = new Checks();
  const reader = new VersionReader(services, group, choices, whole);
  const versions = await inTurns(all, async (version) => {
    const place = looks.get(version.remote?.region ?? group.region);
    return reader.read(version, place?.looked ?? null, place?.checks.blocked ?? null);
  });
  return {
    versions,
    places: [...looks.values()].map(({ looked }) => looked),
    checks: [...[...looks.values()].flatMap(({ checks }) => checks.lines), ...whole.lines],
    inTheWay: whole.blocked ?? looks.get(group.region)?.checks.blocked ?? null,
  };
}

const regionsOf = (versions: readonly KeyWithRemote[]): readonly string[] =>
  versions.flatMap(({ remote }) => (remote === null ? [] : [remote.region]));

/** Works on all of them, a few at a time; the answers stand in the order of the things. */
async function inTurns<T, R>(
  things: readonly T[],
  work: (thing: T) => Promise<R>,
): Promise<readonly R[]> {
  const answers: R[] = [];
  const left = things.entries();
  const worker = async (): Promise<void> => {
    for (const [at, thing] of left) answers[at] = await work(thing);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return answers;
}

class VersionReader {
  readonly #services: DeedServices;
  readonly #group: Group;
  readonly #choices: GroupChoices;
  /** What concerns all of them. */
  readonly #whole: Checks;
  readonly #vaults = new Map<StorageLocation, Promise<boolean>>();
  #ended: OperationError | null = null;

  constructor(services: DeedServices, group: Group, choices: GroupChoices, whole: Checks) {
    this.#services = services;
    this.#group = group;
    this.#choices = choices;
    this.#whole = whole;
  }

  async read(
    { key, remote }: KeyWithRemote,
    looked: Looked | null,
    notReached: OperationError | null,
  ): Promise<VersionSeen> {
    const nothing = { key, remote, seen: null, proved: false };
    if (!remote) {
      const failure = new OperationError('KEY_NOT_IN_AWS', { version: key.version });
      return { ...nothing, failure };
    }
    const failure = notReached ?? this.#ended ?? this.#foreign(remote, looked);
    if (failure !== null || looked === null) return { ...nothing, failure };
    const checks = new Checks();
    const asked = { ...this.#choices, deleteMaterial: false, importMaterial: false, validTo: null };
    const seen = await lookAtVersion(
      this.#services,
      this.#group,
      { key, remote },
      asked,
      looked,
      checks,
    );
    const sends = this.#choices.importMaterial && !seen.there && checks.blocked === null;
    const proved = sends && (await this.#prove(key, checks));
    this.#note(checks.blocked);
    const now = this.#services.keys.byId(key.id)?.remote ?? remote;
    return { key, remote: now, seen, failure: checks.blocked, proved };
  }

  /** A KMS key of another account cannot be reached, whatever this credential may do in its own. */
  #foreign(remote: RemoteKey, looked: Looked | null): OperationError | null {
    const account = looked?.account ?? null;
    if (account === null || account === remote.account) return null;
    const details = { group: this.#group.name, bound: remote.account, credential: account };
    return new OperationError('ACCOUNT_MISMATCH', details);
  }

  async #prove(key: Key, checks: Checks): Promise<boolean> {
    if (!(await this.#vaultReady(key.storage))) return false;
    const opens = await checks.look('The kept copy opens', () => proveCopy(this.#services, key.id));
    const mayLeave = await checks.look('It may be sent to this AWS', async () => {
      this.#services.requireMayLeave(key.assurance);
      return true;
    });
    return opens !== null && mayLeave !== null;
  }

  /** Asked once for all of them: without it none can be sent. */
  #vaultReady(storage: StorageLocation): Promise<boolean> {
    const known = this.#vaults.get(storage);
    if (known) return known;
    const asked = this.#services.vaults.ready(storage).then(
      () => true,
      (error: unknown) => {
        if (!(error instanceof OperationError)) throw error;
        this.#whole.fail(error, `The kept copies can be opened: ${failureClause(error)}`);
        return false;
      },
    );
    this.#vaults.set(storage, asked);
    return asked;
  }

  #note(error: OperationError | null): void {
    if (error === null || !ofAll.includes(error.code)) return;
    if (endsReading.includes(error.code)) this.#ended ??= error;
    if (this.#whole.blocked) return;
    this.#whole.fail(error, `Every KMS key was read: ${failureClause(error)}`);
  }
}
