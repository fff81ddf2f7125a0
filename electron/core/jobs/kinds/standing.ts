import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { Json } from '../../../../shared/model/json.ts';
import { capital } from '../../../../shared/text/capital.ts';
import { failureName } from '../../../../shared/text/failures.ts';
import { leftoverTexts } from '../../../../shared/text/leftovers.ts';
import type { CloudConnection } from '../../cloud/cloud.ts';
import type { KeyWithRemote } from '../../keystore/keys.ts';
import type { Group, RemoteKey } from '../../keystore/rows.ts';
import { hadMaterial } from '../../keystore/views.ts';
import type { Leftovers, Standing, StandingLine } from '../kind.ts';
import { readKey } from './read-key.ts';
import { type HolderSeen, readHolder, shortId, requireAccount } from './reading.ts';
import { worksOfGroup } from './plan.ts';
import type { CheckOutput } from './rotation.ts';
import type { DeedServices } from './services.ts';
import { isUnusedMaterial, type Progress, unusedMaterialLine } from './standing-in-key.ts';

/** How many earlier versions are read again for the "data" line. */
const versionsRead = 10;

/**
 * WHERE THINGS STAND of a job about one group and, once it exists, one key: read from AWS now where
 * it answers, else told from the last reading with that reading's time.
 */
export async function standingOf(
  services: DeedServices,
  groupId: string,
  keyId: string | null,
  outputs: Readonly<Record<string, Json>>,
  stepStates: Readonly<Record<string, string>> = {},
): Promise<Standing> {
  const group = services.groups.get(groupId);
  const now = services.clock.now();
  const problem = await readAgain(services, group, keyId);
  const subject = keyId === null ? null : services.keys.byId(keyId);
  return {
    copies: copiesLine(services, subject, now),
    aws: awsLine(services, subject, { outputs, stepStates, problem, now }),
    applications: await applicationsLine(services, group, { outputs, problem, now }),
    data: dataLine(services, group, keyId, problem, now),
  };
}

/** Refreshes the rows from AWS; returns why that was not possible, or null. */
async function readAgain(
  services: DeedServices,
  group: Group,
  keyId: string | null,
): Promise<OperationError | null> {
  try {
    const versions = services.keys.ofGroup(group.id).slice(0, versionsRead);
    const subject = keyId === null ? null : services.keys.byId(keyId);
    const all =
      subject && !versions.some(({ key }) => key.id === keyId) ? [subject, ...versions] : versions;
    for (const { key, remote } of all) {
      if (!remote) continue;
      const connection = await services.glance(group, remote.region);
      await requireAccount(services, connection, group, {});
      await noteReading(services, connection, key.id);
    }
    return null;
  } catch (error) {
    if (error instanceof OperationError) return error;
    throw error;
  }
}

/** Reads one KMS key and notes it; a key that AWS no longer knows is noted as gone. */
export async function noteReading(
  services: DeedServices,
  connection: CloudConnection,
  keyId: string,
): Promise<void> {
  try {
    const { key, remote } = services.keys.get(keyId);
    if (!remote) throw new OperationError('KEY_NOT_IN_AWS', { version: key.version });
    (await readKey(services, connection, { key, remote })).note();
  } catch (error) {
    if (!(error instanceof OperationError) || error.code !== 'AWS_KEY_GONE') throw error;
    services.keys.noteRemote(keyId, { state: 'Gone', readAt: services.clock.now() });
  }
}

/** Notes which key of the group AWS says has its alias, and how that is; where none has it, who has it instead. */
export function noteHolder({ keys }: DeedServices, group: Group, holder: HolderSeen): void {
  const { key: found, reading, kmsKeyId, arn, readAt } = holder;
  const alias = `alias/${group.alias}`;
  if (found === null) {
    keys.loseAlias(group.id, group.region, alias, { kmsKeyId, arn, readAt });
    return;
  }
  keys.moveAlias(group.id, group.region, alias, found.key.id, readAt);
  if (reading !== null) keys.noteRemote(found.key.id, reading);
}

const line = (good: boolean | null, text: string, readAt: number): StandingLine => ({
  good,
  text,
  readAt,
});

function copiesLine(
  services: DeedServices,
  subject: KeyWithRemote | null,
  now: number,
): StandingLine {
  if (!subject) return line(true, 'No new key was made; earlier copies are untouched', now);
  const { key } = subject;
  if (key.backedUpAt !== null) {
    return line(
      true,
      `Version ${key.version} is saved in the keystore and in the backup`,
      key.backedUpAt,
    );
  }
  const only =
    services.safety.place === null
      ? 'this practice keystore has no backup place'
      : 'not yet in a backup';
  return line(
    services.safety.place === null,
    `Version ${key.version} is saved in the keystore; ${only}`,
    now,
  );
}

function awsLine(
  services: DeedServices,
  subject: KeyWithRemote | null,
  {
    outputs,
    stepStates,
    problem,
    now,
  }: Progress & { readonly problem: OperationError | null; readonly now: number },
): StandingLine {
  const remote = subject?.remote;
  if (!subject || !remote) {
    return mayHaveMade({ outputs, stepStates })
      ? line(
          null,
          'AWS may hold one KMS key with the mark of this job, which sent no material',
          now,
        )
      : line(true, 'Nothing was made there for this job', now);
  }
  const named = `version ${subject.key.version} (KMS key ${shortId(remote.kmsKeyId)})`;
  const first = named.replace('v', 'V');
  if (problem && remote.readAt < now) {
    return unreadLine(named, remote.state, problem, {
      readAt: remote.readAt,
      imported: outputs['import'] !== undefined,
      mayBeImported: stepStates['import'] === 'begun',
    });
  }
  if (isUnusedMaterial(remote)) {
    return unusedMaterialLine(services, { key: subject.key, remote }, { outputs, stepStates });
  }
  switch (remote.state) {
    case 'Enabled':
      return line(true, `${first} is there and Enabled`, remote.readAt);
    case 'PendingImport':
      if (remote.materialState !== null && remote.importState === 'IMPORTED')
        return line(
          false,
          `${first} is there, but its KMS key lacks other material`,
          remote.readAt,
        );
      return hadMaterial(remote)
        ? line(false, `The material of ${named} is gone`, remote.readAt)
        : line(true, `An empty KMS key waits for ${named}; no material is there`, remote.readAt);
    default:
      return line(false, `${first} is ${remote.state}`, remote.readAt);
  }
}

/** The KMS key could not be read now: what is known is what the job did, and the last reading. */
function unreadLine(
  named: string,
  state: string,
  problem: OperationError,
  known: {
    readonly readAt: number;
    readonly imported: boolean;
    readonly mayBeImported: boolean;
  },
): StandingLine {
  const why = `could not be read since (${failureName(problem)})`;
  const first = named.replace('v', 'V');
  const text =
    state !== 'PendingImport'
      ? `${first} was ${state} when last read, and ${why}`
      : known.imported
        ? `AWS accepted the material of ${named}; its state ${why}`
        : known.mayBeImported
          ? `AWS may have taken the material of ${named}; its state ${why}`
          : `${first} was without material when last read, and ${why}`;
  return line(null, text, known.readAt);
}

async function applicationsLine(
  services: DeedServices,
  group: Group,
  {
    outputs,
    problem,
    now,
  }: {
    readonly outputs: Readonly<Record<string, Json>>;
    readonly problem: OperationError | null;
    readonly now: number;
  },
): Promise<StandingLine> {
  const alias = `alias/${group.alias}`;
  if (problem) {
    const holder = services.keys.holderOf(group.id);
    const text = holder
      ? `${alias} named version ${holder.key.version} when AWS was last read`
      : `${alias} named none of our keys when AWS was last read`;
    return line(null, text, holder?.remote?.readAt ?? now);
  }
  try {
    const connection = await services.glance(group);
    await requireAccount(services, connection, group, {});
    const holder = await readHolder(services, connection, group, {});
    noteHolder(services, group, holder);
    if (holder.kmsKeyId === null)
      return line(true, `See no change: ${alias} does not exist yet`, holder.readAt);
    const asBefore = outputs['check'] as Partial<CheckOutput> | undefined;
    const sameVersion =
      asBefore?.holderKeyId === undefined || asBefore.holderKeyId === (holder.key?.key.id ?? null);
    const unmoved =
      asBefore?.alias === group.alias && asBefore.holder === holder.kmsKeyId && sameVersion;
    const [begin, still] = unmoved ? ['See no change: ', 'still '] : ['', ''];
    return holder.key
      ? line(
          true,
          `${begin}${alias} ${still}names version ${holder.key.key.version}`,
          holder.readAt,
        )
      : line(
          false,
          `${alias} names a key that is not of this group (${shortId(holder.kmsKeyId)})`,
          holder.readAt,
        );
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    return line(null, `${alias} could not be read (${failureName(error)})`, now);
  }
}

function dataLine(
  services: DeedServices,
  group: Group,
  keyId: string | null,
  problem: OperationError | null,
  now: number,
): StandingLine {
  const works = worksOfGroup(group);
  const used = services.keys
    .ofGroup(group.id)
    .filter(
      ({ key, remote }) =>
        remote !== null &&
        (key.id !== keyId || key.lifecycle !== 'pre-activation' || remote.alias !== null),
    );
  if (used.length === 0) return line(true, works.unused, now);
  const off = used.filter(({ remote }) => remote?.state !== 'Enabled');
  const readAt = Math.min(...used.map(({ remote }) => remote?.readAt ?? now));
  const first = off[0];
  if (!first) {
    const many =
      used.length === 1 ? `version ${used[0]?.key.version} reads` : `${used.length} versions read`;
    if (problem && readAt < now) {
      const last = many.replace(/reads?$/, 'read');
      return line(
        null,
        `${capital(works.worked)} as before when AWS was last read: ${last} as Enabled`,
        readAt,
      );
    }
    return line(true, `${capital(works.works)} as before: ${many} as Enabled`, readAt);
  }
  const stale = problem !== null && readAt < now;
  const named = off
    .map(({ key, remote }) => `version ${key.version} ${stale ? 'was' : 'is'} ${remote?.state}`)
    .join(', ');
  if (stale) {
    return line(null, `${works.partFailed} when AWS was last read: ${named}`, readAt);
  }
  return line(false, `${works.partFails}: ${named}`, readAt);
}

/** True while nobody knows whether CreateKey took effect. A key that waited is not made by us. */
export function mayHaveMade(job: {
  readonly outputs: Readonly<Record<string, Json>>;
  readonly stepStates: Readonly<Record<string, string>>;
}): boolean {
  const { waiting } = (job.outputs['check'] ?? {}) as Partial<CheckOutput>;
  return job.stepStates['create'] === 'begun' && typeof waiting !== 'string';
}

/** The alias that leads to a KMS key, whichever of its versions it is noted with. */
const aliasOfKey = ({ keys }: DeedServices, groupId: string, { arn }: RemoteKey): string | null =>
  keys
    .ofGroup(groupId)
    .flatMap(({ remote }) => (remote?.arn === arn ? (remote.alias ?? []) : []))[0] ?? null;

/** Steps whose effect a reading of the KMS key's state shows. */
const stateSteps = ['import', 'delete', 'disable', 'enable', 'schedule'];

/** What exists now in AWS and would stay after a cancel, with what nobody knows of it. */
export function leftoversOf(
  services: DeedServices,
  keyId: string | null,
  stepStates: Readonly<Record<string, string>>,
  /** Of a rotation, which makes the KMS key itself; whether it made it may be in doubt. */
  rotation: { readonly mayHaveMadeKey: boolean } | null = null,
): Leftovers {
  const found = keyId === null ? null : services.keys.byId(keyId);
  if (!found) return leftoverTexts({ what: 'nothing' });
  const { key, remote } = found;
  if (!remote) {
    const mayHaveMadeKey = rotation?.mayHaveMadeKey ?? false;
    const texts = leftoverTexts({ what: 'version', version: key.version, mayHaveMadeKey });
    return { ...texts, discardable: mayHaveMadeKey };
  }
  const { alias } = services.groups.get(key.groupId);
  const shared = remote.materialState !== null;
  const held = shared ? aliasOfKey(services, key.groupId, remote) : remote.alias;
  const named = held !== null || stepStates['alias'] === 'begun';
  const fresh = remote.madeBy === 'group' && key.lifecycle === 'pre-activation';
  const texts = leftoverTexts({
    what: 'kms-key',
    key: shortId(remote.kmsKeyId),
    state: remote.state,
    stateInDoubt: stateSteps.some((name) => stepStates[name] === 'begun'),
    alias: held,
    shared,
    aliasInDoubt: stepStates['alias'] === 'begun' ? `alias/${alias}` : null,
  });
  return { ...texts, discardable: rotation !== null && fresh && !named };
}
