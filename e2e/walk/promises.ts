import { isFinal } from '../../shared/model/job.ts';
import { changedCalls } from './custodian-deeds.ts';
import type { End } from './end.ts';

/** What must hold at the end of every walk; each answers what does not. */
export const promises = {
  wayThere: ({ problems }: End) => [...problems],
  keystoreHolds,
  everyMaterialIsKept,
  oneKmsKeyForEach,
  nothingTwice,
  aliasIsTold,
  inStepByAlias,
  toldAsItIs,
  sameIsTold,
  plansAreKept,
  nothingIsStuck,
  noSecretLiesOpen: ({ leaks }: End) => [...leaks],
} as const;

/** Everything that does not hold. */
export const brokenPromises = (end: End): string[] =>
  Object.values(promises).flatMap((holds) => holds(end));

function keystoreHolds({ store, left, audit, backup }: End): string[] {
  const rows = (backup.rows['key'] ?? 0) + backup.increments;
  return [
    ...[store, ...left].flatMap(({ condition, reason, integrity, chain }) => [
      ...(condition === 'verified' ? [] : [`the keystore is ${condition}: ${reason}`]),
      ...(integrity === 'ok' ? [] : [`SQLite finds: ${integrity}`]),
      ...(chain === null ? [] : [`the audit chain is broken: ${chain}`]),
    ]),
    ...(audit.ok ? [] : [`the exported audit log does not verify: ${audit.problem}`]),
    ...(rows < store.keys.length ? [`the backup has ${rows} of ${store.keys.length} keys`] : []),
  ];
}

const mark = ({ metadata }: End['held']['keys'][number]): string | null =>
  /\[(kr-[^\]]+)\]/.exec(metadata.Description)?.[1] ?? null;

/** What AWS holds for a group is what one of our copies opens to, and under the name that is told. */
function everyMaterialIsKept({ held, store, kept, theirs }: End): string[] {
  const copies = new Set(kept.values());
  const known = new Set(store.keys.map(({ remote }) => remote?.kmsKeyId));
  const strange = held.keys
    .filter((key) => mark(key) !== null || known.has(key.metadata.KeyId))
    .flatMap(({ metadata, materials }) =>
      materials
        .filter(({ materialId, sha256 }) => {
          return sha256 !== null && !theirs.has(materialId) && !copies.has(sha256);
        })
        .map(({ materialId }) => `no copy is kept of ${materialId} in ${metadata.KeyId}`),
    );
  const misnamed = store.keys.flatMap(({ key, remote }) => {
    const there = held.keys.find(({ metadata }) => metadata.KeyId === remote?.kmsKeyId);
    const own = there?.materials.find(({ sha256 }) => sha256 === kept.get(key.id));
    const told = remote?.materialId ?? null;
    return own === undefined || told === null || own.materialId === told
      ? []
      : [`version ${key.version} is told to be material ${told}, it is ${own.materialId}`];
  });
  return [...strange, ...misnamed];
}

/** A KMS key is of one version, or the job that made it says that it may be there. */
function oneKmsKeyForEach({ held, store, left, jobs }: End): string[] {
  const known = new Set(
    [store, ...left].flatMap(({ keys }) => keys.map((k) => k.remote?.kmsKeyId)),
  );
  const orphans = held.keys
    .filter((key) => mark(key) !== null && !known.has(key.metadata.KeyId))
    .filter((key) => {
      const number = Number(mark(key)?.split('-')[1]);
      const message = jobs.find(({ job }) => job.number === number)?.job.message ?? '';
      const told = message.includes(key.metadata.KeyId.slice(0, 4));
      return !told && !message.includes('AWS may hold one KMS key with the mark of this job');
    })
    .map((key) => `nobody knows KMS key ${key.metadata.KeyId}, ${key.metadata.KeyState}`);
  const alone = store.keys.filter(({ remote }) => remote?.materialState === null);
  return [...orphans, ...repeated(alone.map(({ remote }) => `KMS key ${remote?.kmsKeyId}`))];
}

const repeated = (names: readonly string[]): string[] =>
  names.filter((name, i) => names.indexOf(name) !== i).map((name) => `${name} is there twice`);

/** No CreateKey took effect twice for one reason, and no material came into two versions. */
function nothingTwice({ journal, store, held }: End): string[] {
  const made = journal
    .filter(({ operation, effects }) => operation === 'CreateKey' && effects.length > 0)
    .map(({ parameters }) => /kr-\d+-[0-9a-f]+/.exec(JSON.stringify(parameters))?.[0] ?? null)
    .filter((each) => each !== null);
  const marks = held.keys.map(mark).filter((each) => each !== null);
  const materials = store.keys.flatMap(({ remote }) =>
    remote?.materialId ? [`material ${remote.materialId} of ${remote.kmsKeyId}`] : [],
  );
  return [...repeated(made), ...repeated(marks), ...repeated(materials)];
}

/** A version is told to have its group's alias if it has; and who else has it is not passed over. */
function aliasIsTold({ groups, keys, held }: End): string[] {
  return groups.flatMap((group) => {
    const alias = `alias/${group.alias}`;
    const holder = held.aliases.find(({ name }) => name === alias)?.target ?? null;
    const ours = keys.filter(({ groupId }) => groupId === group.id);
    const wrong = ours.filter(({ remote }) => {
      const told = remote?.alias === alias;
      // of versions that share a KMS key one stands for it
      return told
        ? remote.keyId !== holder
        : group.mapping === 'container' && holds(remote, holder);
    });
    const active = ours.filter(
      // a version that still has the alias of before an edit is in use, too
      ({ lifecycle, remote }) =>
        lifecycle === 'active' && [null, alias].includes(remote?.alias ?? null),
    );
    const inUse = ours.find(({ version }) => version === group.activeVersion);
    const silent = inUse !== undefined && inUse.remote?.keyId !== holder && !group.needsYou;
    return [
      ...wrong.map(({ reference, remote }) => `${reference} has ${remote?.alias}, not ${holder}`),
      ...(active.length > 1 ? [`${group.name} has ${active.length} active versions`] : []),
      ...(silent ? [`${group.name} is ${group.state}, and its alias names ${holder}`] : []),
    ];
  });
}

/** Every version was just read: a group is In step where its alias is on the KMS key of its active version. */
function inStepByAlias({ groups, keys, held }: End): string[] {
  return groups
    .filter(({ state }) => state === 'In step')
    .flatMap((group) => {
      const alias = `alias/${group.alias}`;
      const active = keys.filter((key) => key.groupId === group.id && key.lifecycle === 'active');
      // after an edit the alias of before is in use until the next rotation
      const before = active.every(({ remote }) => ![null, alias].includes(remote?.alias ?? null));
      const holder = held.aliases.find(({ name }) => name === alias)?.target ?? null;
      return before || active.some(({ remote }) => holds(remote, holder))
        ? []
        : [`${group.name} is In step, and its alias names ${holder}`];
    });
}

const holds = (remote: { readonly keyId: string } | null, holder: string | null): boolean =>
  remote !== null && remote.keyId === holder;

function toldAsItIs({ keys, held }: End): string[] {
  return keys.flatMap(({ reference, remote }) => {
    if (remote === null) return [];
    const there = held.keys.find(({ metadata }) => metadata.KeyId === remote.keyId);
    const state = there?.metadata.KeyState ?? 'Gone';
    return remote.state === state
      ? []
      : [`${reference} is told to be ${remote.state}, and is ${state}`];
  });
}

/** Versions with one material name each other, and no others. */
function sameIsTold({ keys, kept }: End): string[] {
  return keys.flatMap(({ id, reference, sameMaterial }) => {
    const own = kept.get(id);
    const same = keys.filter((each) => each.id !== id && kept.get(each.id) === own);
    const told = sameMaterial.filter(({ proved }) => proved).map((each) => each.id);
    const right = same.length === told.length && same.every((each) => told.includes(each.id));
    return own === undefined || right
      ? []
      : [`${reference} has the material of ${same.length} others, and names ${told.length}`];
  });
}

/** Whether an alias is there to be moved is for AWS to say at the very moment. */
const oneAlias = (call: string): string => (/^(Create|Update)Alias$/.test(call) ? 'alias' : call);

/** A job changes nothing by a call that its plan did not name. */
function plansAreKept({ started, jobs }: End): string[] {
  return started.flatMap(({ jobId, plan }) => {
    const detail = jobs.find(({ job }) => job.id === jobId);
    if (!detail) return [`the job of plan ${plan.number} (${plan.title}) is gone`];
    const named = plan.calls.filter(({ changes }) => changes).map(({ call }) => oneAlias(call));
    return [...new Set(changedCalls(detail).map(oneAlias))]
      .filter((call) => !named.includes(call))
      .map((call) => `job ${detail.job.number} (${plan.title}) changed by ${call}, unplanned`);
  });
}

/** What is not over waits for its day. */
function nothingIsStuck({ jobs }: End): string[] {
  return jobs
    .filter(({ job }) => !isFinal(job.state) && job.notBefore === null)
    .map(({ job }) => `job ${job.number} (${job.title}) is ${job.state} at the end`);
}
