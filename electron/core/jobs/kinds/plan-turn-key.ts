import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { KeyTurn } from '../../../../shared/model/key-turn.ts';
import { sayMinute } from '../../../../shared/model/span.ts';
import type { KeyWorks } from '../../../../shared/text/key-works.ts';
import { keyTurnWords } from '../../../../shared/text/key-turn.ts';
import type { Grant, LastUsage } from '../../cloud/answers.ts';
import type { CloudConnection } from '../../cloud/cloud.ts';
import type { KeyWithRemote } from '../../keystore/keys.ts';
import type { Group, Key, RemoteKey } from '../../keystore/rows.ts';
import { sameMaterial } from '../../keystore/same-material.ts';
import { keyObstacle, turns } from './kms-key-state.ts';
import { lastUse, lastUseLines, usedLately } from './last-use.ts';
import {
  capital,
  Checks,
  type Draft,
  exceptionLines,
  lookAtAws,
  lookAtKey,
  otherMaterialLines,
  quote,
  read,
  shellWord,
  subjectLine,
  worksOfKey,
  write,
  granteesOf,
  unlessRefused,
} from './plan.ts';
import { shortId } from './reading.ts';
import type { DeedServices } from './services.ts';
import { sayTwin, worksWithout } from './twins.ts';

/** What other jobs mean for the key. */
export interface JobsBeside {
  /** Disables the key after a rotation, once its day has come (wall clock ms; null: it has). */
  readonly disabling: { readonly number: number; readonly at: number | null } | null;
  /** Number of a job of the group that is under way or stopped. */
  readonly atWork: number | null;
}

/** Who goes by the key: what stops with it, and starts again with it. Null: not read. */
interface Users {
  /** Every alias that names it, the group's own among them. */
  readonly aliases: readonly string[] | null;
  readonly grants: readonly Grant[] | null;
  readonly usage: LastUsage | null;
}

/** Says what disabling or enabling a key in AWS would do now. */
export async function planKeyTurn(
  services: DeedServices,
  turn: KeyTurn,
  group: Group,
  { key, remote }: KeyWithRemote,
  about: { readonly reference: string; readonly jobs: JobsBeside },
): Promise<Draft> {
  const checks = new Checks();
  if (!remote) {
    checks.fail(
      new OperationError('KEY_NOT_IN_AWS', { version: key.version }),
      'This version is not in AWS',
    );
  }
  // Whoever holds the alias now: it does not move.
  const looked = await lookAtAws(services, group, checks, { adopt: true, region: remote?.region });
  const { connection, holder } = looked;
  const named = `KMS key ${remote ? shortId(remote.kmsKeyId) : '-'}`;
  const described =
    connection && remote
      ? await lookAtKey(services, connection, { key, remote }, `${named} was read`, checks)
      : null;
  const obstacle = described === null ? null : keyObstacle(turn, described.state);
  if (obstacle) checks.fail(obstacle, `${named} is ${described?.state ?? 'unknown'}`);
  const holds = remote !== null && holder?.kmsKeyId === remote.kmsKeyId;
  const users =
    connection && remote && described && !obstacle
      ? await usersOf(connection, group, remote, holds)
      : null;
  const shared = remote !== null && remote.materialState !== null;
  const practice = services.store.realm === 'practice' ? ' (practice)' : '';
  const words = keyTurnWords[turn];
  const twins = turn === 'disable' ? sameMaterial(services.keys, key) : [];
  const typed = turn === 'disable' && users !== null && inUse(services, remote, users);
  return {
    deed: `${turn}-key`,
    title: words.title(quote(group.name), key.version),
    subject: subjectLine(
      group,
      looked.account,
      holds ? `${named} holds it` : named,
      remote?.region,
    ),
    sentence: words.sentence,
    changes: changeLines(turn, key, { named, shared }, users),
    stays: stayLines(turn, group, { shared, validTo: described?.validTo ?? null }),
    lookFirst: [
      ...exceptionLines(connection),
      ...(remote && turn === 'enable' ? otherMaterialLines(services, remote, described) : []),
      ...(shared && turn === 'disable'
        ? ['All versions of the group are in this KMS key: AWS refuses each of them']
        : []),
      ...jobLines(turn, about.jobs),
      ...twins.map((twin) => sayTwin(services, twin)),
      ...(turn === 'disable' && users ? warningLines(users, worksWithout(key, twins)) : []),
    ],
    checks: checks.lines,
    steps: ['Check account, clock and key', turns[turn].title],
    calls: [
      read('GetCallerIdentity'),
      read('DescribeKey'),
      read('DescribeKey'),
      // nobody says that it may be in use, so the job looks again
      ...(turn === 'disable' && !typed ? [read('DescribeKey'), read('ListAliases')] : []),
      write(turn === 'disable' ? 'DisableKey' : 'EnableKey'),
      read('DescribeKey'),
    ],
    goBack: words.goBack,
    command: `keyreeve key ${turn} ${shellWord(about.reference)}`,
    button: `${words.button(key.version)}${practice}`,
    confirmName: typed ? group.name : null,
    blocked: checks.blocked?.toFailure() ?? null,
  };
}

async function usersOf(
  connection: CloudConnection,
  group: Group,
  { kmsKeyId }: RemoteKey,
  holds: boolean,
): Promise<Users> {
  const own = `alias/${group.alias}`;
  const others = await unlessRefused(async () => {
    const { aliases } = await connection.listAliases(kmsKeyId);
    // the list may be older than what the alias itself just said
    return aliases.map(({ name }) => name).filter((name) => name !== own);
  });
  return {
    aliases: others === null ? null : [...(holds ? [own] : []), ...others.toSorted()],
    grants: await unlessRefused(async () => (await connection.listGrants(kmsKeyId)).grants),
    usage: await lastUse(connection, kmsKeyId),
  };
}

/** An alias it held under a former name of the group counts, and so does what nobody could read. */
const inUse = (
  { clock }: DeedServices,
  remote: RemoteKey | null,
  { aliases, usage }: Users,
): boolean =>
  aliases === null || aliases.length > 0 || remote?.alias != null || usedLately(usage, clock.now());

function changeLines(
  turn: KeyTurn,
  key: Key,
  { named, shared }: { readonly named: string; readonly shared: boolean },
  users: Users | null,
): string[] {
  const name = shared ? 'every version' : `version ${key.version}`;
  const works = worksOfKey(key);
  const aliases = users?.aliases ?? [];
  if (turn === 'enable') {
    return [
      `${named} reads Enabled`,
      capital(works.againInAws(name)),
      ...aliases.map((alias) => `${capital(works.freshUnder('it'))} again: ${alias} names it`),
    ];
  }
  return [
    `${named} reads Disabled`,
    `${capital(works.stops(name))} in AWS from then on`,
    ...aliases.map((alias) => `${capital(works.noneThrough(alias))}: it names this key`),
  ];
}

function stayLines(
  turn: KeyTurn,
  group: Group,
  { shared, validTo }: { readonly shared: boolean; readonly validTo: number | null },
): string[] {
  return [
    'Key material, aliases, policy and grants in AWS, and our copy here',
    ...(shared ? [] : ['Every other version of the group']),
    ...(turn === 'disable' && group.rotate ? ['The rotation schedule of the group'] : []),
    ...(validTo === null ? [] : [`AWS deletes its material on ${sayMinute(validTo)} all the same`]),
  ];
}

/** Neither waits for the jobs of its group: whoever disables a key does not want to wait. */
function jobLines(turn: KeyTurn, { disabling, atWork }: JobsBeside): string[] {
  const lines: string[] = [];
  if (disabling !== null) {
    const { number, at } = disabling;
    const when = at === null ? 'when its turn comes' : `on ${sayMinute(at)}`;
    lines.push(
      turn === 'enable'
        ? `Job ${number} disables it again ${when}, unless an alias names it then: cancel that job to keep it enabled`
        : `Job ${number} would disable it ${when}, and finds nothing to do then`,
    );
  }
  if (atWork !== null)
    lines.push(`Job ${atWork} of this group is not over: this one does not wait for it`);
  return lines;
}

function warningLines({ aliases, grants, usage }: Users, works: KeyWorks): string[] {
  return [
    ...(works.dataKeys
      ? ['Services notice late: those that cached data keys go on for 5 minutes to 24 hours']
      : []),
    ...works.outside,
    ...(usage !== null && usage.usedAt === null ? [unusedLine(usage)] : lastUseLines(usage)),
    ...(aliases === null ? ['Aliases of the key could not be read (kms:ListAliases)'] : []),
    ...grantLines(grants),
  ];
}

const unusedLine = ({ trackedSince }: LastUsage): string =>
  trackedSince === null
    ? 'AWS reports no use'
    : `AWS reports no use since ${sayMinute(trackedSince)}`;

function grantLines(grants: readonly Grant[] | null): string[] {
  if (grants === null) return ['Grants on the key could not be read (kms:ListGrants)'];
  if (grants.length === 0) return [];
  const who = granteesOf(grants);
  return grants.length === 1
    ? [`1 grant on the key helps nobody while it is disabled (${who})`]
    : [`${grants.length} grants on the key help nobody while it is disabled (${who})`];
}
