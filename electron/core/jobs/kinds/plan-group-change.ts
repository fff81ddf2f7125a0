import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { saySpan } from '../../../../shared/model/span.ts';
import type { Group, KeyWithRemote } from '../../keystore/rows.ts';
import type { Clock } from '../../ports.ts';
import { Checks, type Draft, quote, shellWord, subjectLine, worksOfGroup } from './plan.ts';
import { checkAccount } from './reading.ts';
import type { DeedServices } from './services.ts';
import { isolate } from '../../../../shared/text/isolate.ts';
import { daysLater } from '../../../../shared/text/counted.ts';

/** What is fixed once the group has keys, and why; null: all of it may change. */
export function fixedByKeys(
  before: Group,
  after: Group,
  keys: number,
  shared: { readonly kmsKeyId: string; readonly region: string } | null,
): OperationError | null {
  const fixed = (field: string, reason: string): OperationError =>
    new OperationError('MAPPING_FIXED', { group: before.name, field, reason });
  if (after.mapping !== before.mapping && keys > 0) {
    return before.mapping === 'container'
      ? fixed('mapping', 'its versions are KMS keys of their own, and AWS does not merge KMS keys')
      : fixed(
          'mapping',
          'its versions are in one KMS key, and AWS does not give material out again',
        );
  }
  if (shared === null) return null;
  if (after.region !== before.region)
    return fixed('region', `its one KMS key is in ${shared.region} and stays there`);
  const other = after.activeKeyId !== before.activeKeyId && after.activeKeyId !== shared.kmsKeyId;
  return other ? fixed('activeKeyId', 'its versions are in one KMS key, and stay there') : null;
}

/** What the caller knows of the group beyond its rows. */
export interface GroupNow {
  /** Number of a job that is under way in this group; null without one. */
  readonly jobAtWork: number | null;
  /** It stopped for a person, and nothing of the group runs before that person's word. */
  readonly stopped: boolean;
  /** How many disablings of former keys wait for their day. */
  readonly disablings: number;
  /** Full name of the group, and the folder it would be in. */
  readonly path: string;
  readonly folder: string;
}

/** What a job under way has planned with: taken away from under it, it would do another deed. */
const planned = [
  'mapping',
  'alias',
  'region',
  'credentialId',
  'policy',
  'materialDays',
  'activeKeyId',
] as const;

/**
 * Why a group may not change so now: a job of it is under way. Null when it may. A job that stopped
 * may be given another credential, for its own may be what stopped it: every step asks AWS anew whose
 * account a connection is of.
 */
export function jobInTheWay(
  before: Group,
  after: Group,
  { jobAtWork, stopped }: Pick<GroupNow, 'jobAtWork' | 'stopped'>,
): OperationError | null {
  const free = (field: (typeof planned)[number]): boolean =>
    before[field] === after[field] || (stopped && field === 'credentialId');
  if (jobAtWork === null || planned.every(free)) return null;
  return busy(before, jobAtWork, stopped);
}

/** A job of the group is under way. `stopped`: it goes on, or ends, by a person's word only. */
export const busy = (group: Group, job: number, stopped: boolean): OperationError =>
  new OperationError('ALREADY_RUNNING', {
    job,
    group: group.name,
    ...(stopped ? { needsYou: true } : {}),
  });

const staysInAws = (keys: number): string =>
  keys === 0
    ? 'Nothing is in AWS yet'
    : keys === 1
      ? '1 KMS key stays as it is'
      : `${keys} KMS keys stay as they are`;

/**
 * Says what a change of a group means for the keys it has. A change never touches an existing KMS
 * key by itself: what is to follow in AWS is named with the deed that does it.
 */
export async function planGroupChange(
  services: DeedServices,
  before: Group,
  after: Group,
  known: GroupNow,
): Promise<Draft> {
  const checks = new Checks();
  const inTheWay = jobInTheWay(before, after, known);
  if (inTheWay) {
    checks.fail(
      inTheWay,
      `Job ${known.jobAtWork} of this group is under way and was planned with what it says now`,
    );
  }
  const keys = services.keys.ofGroup(before.id);
  const inAws = keys.filter(({ remote }) => remote !== null);
  const active = services.keys.holderOf(before.id);
  const warnings = placeWarnings(before, after, active, inAws.length);
  if (after.credentialId !== before.credentialId) {
    await checkCredential(services, before, after, checks);
    warnings.push(
      'Jobs use the new credential from now on; the permissions of the old one are not needed here any more',
    );
    if (known.jobAtWork !== null && !inTheWay) {
      warnings.push(`Job ${known.jobAtWork} goes on with the new credential once you continue it`);
    }
  }
  warnings.push(
    ...laterWarnings(before, after, active !== null, inAws.length, known, services.clock),
  );

  return {
    deed: 'change-group',
    title: `Change ${quote(before.name)}?`,
    subject: subjectLine(
      before,
      before.account,
      active ? `version ${active.key.version} is active` : 'no key in AWS',
    ),
    sentence: 'The template changes for keys made from now on. No existing KMS key is touched.',
    changes: changedFields(services, before, after, known),
    stays: [staysInAws(inAws.length)],
    lookFirst: warnings,
    checks: checks.lines,
    steps: [],
    calls: [],
    goBack: 'Change it back',
    command: `keyreeve group edit ${shellWord(known.path)} (with the same options)`,
    button: `Change ${isolate(before.name)}`,
    confirmName: null,
    blocked: checks.blocked?.toFailure() ?? null,
  };
}

/**
 * A credential of another account is refused, in the same words whether that was known of it or is
 * found out now: else the number of the plan would change by having been asked for.
 */
async function checkCredential(
  services: DeedServices,
  before: Group,
  after: Group,
  checks: Checks,
): Promise<void> {
  const { account } = services.credentials.get(after.credentialId);
  const look = async (): Promise<void> => {
    if (before.account === null || account === before.account) return;
    if (account !== null) {
      const details = { group: before.name, bound: before.account, credential: account };
      throw new OperationError('ACCOUNT_MISMATCH', details);
    }
    // A job of this group may be under way: the next step would take the new credential. What is
    // found is noted of the new one; the account is that of the group as it is.
    const asked = { ...before, credentialId: after.credentialId };
    await checkAccount(services, await services.glance(after), asked, {});
  };
  await checks.look('The new credential belongs to the account of this group', look, {
    ACCOUNT_MISMATCH: 'The new credential belongs to another account',
  });
}

/** What a change of the rules sets going later, and what it does not reach. */
function laterWarnings(
  before: Group,
  after: Group,
  hasActive: boolean,
  inAws: number,
  known: GroupNow,
  clock: Clock,
): string[] {
  const warnings: string[] = [];
  if (after.disableAfter && !before.disableAfter && hasActive) {
    warnings.push(
      `From the next rotation on, the former key is disabled ${daysLater(after.disableWaitDays)}: ${worksOfGroup(after).lostLater('it')}`,
    );
  }
  if (!after.disableAfter && before.disableAfter && known.disablings > 0) {
    warnings.push(
      known.disablings === 1
        ? '1 former key is still to be disabled: cancel its job to stop that'
        : `${known.disablings} former keys are still to be disabled: cancel their jobs to stop that`,
    );
  }
  const due = after.nextRotationAt;
  if (due !== before.nextRotationAt && due !== null && due <= clock.now()) {
    warnings.push('The next rotation is due at once');
  }
  if (after.policy !== before.policy && inAws > 0) {
    warnings.push('Keys in AWS keep their policy until Synchronize with Update Policy');
  }
  return warnings;
}

/** What stays behind where alias or Region change. */
function placeWarnings(
  before: Group,
  after: Group,
  active: KeyWithRemote | null,
  inAws: number,
): string[] {
  const warnings: string[] = [];

  if (after.alias !== before.alias && active && before.mapping === 'material') {
    warnings.push(
      `alias/${before.alias} stays on the KMS key, and applications that use it see no change`,
      `alias/${after.alias} is made by the next Force Rotate; it names the same KMS key, and with it all versions of the group`,
    );
  } else if (after.alias !== before.alias && active) {
    warnings.push(
      `alias/${before.alias} stays on version ${active.key.version}, and applications that use it see no change`,
      `alias/${after.alias} is made by the next Force Rotate, on its new key`,
    );
  }
  if (after.region !== before.region && inAws > 0) {
    warnings.push(
      inAws === 1
        ? `1 key stays in ${before.region}, where Synchronize still reaches it`
        : `${inAws} keys stay where they are, and Synchronize still reaches them there`,
      `The next Force Rotate makes its key in ${after.region}: the keys of ${before.region} do not work there`,
    );
  }
  return warnings;
}

/** A field's value as a person reads it; spans are `12 months`. */
function say(value: Group[keyof Group]): string {
  if (value === null || value === '') return 'none';
  return typeof value === 'object' ? saySpan(value) : String(value);
}

function changedFields(
  services: DeedServices,
  before: Group,
  after: Group,
  known: GroupNow,
): string[] {
  const lines: string[] = [];
  for (const field of Object.keys(before) as (keyof Group)[]) {
    if (field === 'nextRotationAt') continue;
    if (JSON.stringify(before[field]) === JSON.stringify(after[field])) continue;
    if (field === 'policy') lines.push('Policy template');
    else if (field === 'folderId')
      lines.push(`Folder: to ${known.folder === '' ? 'the top' : known.folder}`);
    else if (field === 'credentialId') {
      const { credentials } = services;
      const [from, to] = [before, after].map((group) => credentials.get(group.credentialId).name);
      lines.push(`Credential: ${from} → ${to}`);
    } else
      lines.push(`${fieldNames[field] ?? field}: ${say(before[field])} → ${say(after[field])}`);
  }
  return lines;
}

/** Fields by the words of the window. */
const fieldNames: Partial<Record<keyof Group, string>> = {
  name: 'Name',
  folderId: 'Folder',
  rotate: 'Rotate Key',
  rotateEvery: 'Rotate Every',
  keepValidFor: 'Keep key valid for',
  mapping: 'Key Material Mapping',
  alias: 'Alias',
  description: 'Description',
  region: 'Region',
  activeKeyId: 'Active Key ID',
  materialDays: 'AWS deletes material after days',
  disableAfter: 'Disable key after rotating',
  disableWaitDays: 'Days to wait before disabling',
};
