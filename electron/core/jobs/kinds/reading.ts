import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { AccountOwner, KmsKeyRead } from '../../cloud/answers.ts';
import type { CallContext, CloudConnection } from '../../cloud/cloud.ts';
import { samePolicy } from '../../cloud/policy/compare.ts';
import type { KeyWithRemote } from '../../keystore/keys.ts';
import { kcvMethods } from '../../../../shared/text/kcv.ts';
import type { Kcv } from '../../hsm/driver.ts';
import type { Group, Key, RemoteKey } from '../../keystore/rows.ts';
import { isInUse, otherMaterial } from '../../keystore/views.ts';
import type { Proof } from '../kind.ts';
import type { DeedServices } from './services.ts';

/** Looks that several deeds begin with. */

export const shortId = (id: string): string => `${id.slice(0, 4)}…${id.slice(-4)}`;
export const proof = (text: string, requestId?: string | null): Proof =>
  requestId ? { text, requestId } : { text };

export interface AccountSeen {
  readonly account: string;
  readonly principalArn: string | null;
  readonly proof: Proof;
}

/** AWS says its time in whole seconds, and the answer takes its way: less than this tells nothing. */
const clockGrain = 2000;

/** How our clock stands to that of AWS. `skew` in milliseconds. */
export function sayClock(skew: number): string {
  const off = Math.abs(skew);
  return off <= clockGrain ? 'the clocks agree' : `clock off by ${Math.round(off / 1000)} s`;
}

/**
 * Whose account the group's credential is of. A group that is bound to another one refuses.
 * @throws OperationError ACCOUNT_MISMATCH
 */
export async function checkAccount(
  services: Pick<DeedServices, 'accounts'>,
  connection: CloudConnection,
  group: Group,
  context: CallContext,
): Promise<AccountSeen> {
  const owner = await askOwner(services, connection, group, context);
  requireBound(group, owner.account, owner);
  const clock = await connection.checkClock(context);
  const text = `account ${owner.account}, ${sayClock(clock.skew)}`;
  return {
    account: owner.account,
    principalArn: owner.principalArn,
    proof: proof(text, owner.requestId),
  };
}

/**
 * For every step after the check, which may run in another process and after an edit of the group:
 * the connection is of the account the group is bound to. Asks AWS only where nobody has asked yet.
 * @throws OperationError ACCOUNT_MISMATCH
 */
export async function requireAccount(
  services: Pick<DeedServices, 'accounts'>,
  connection: CloudConnection,
  group: Group,
  context: CallContext,
): Promise<void> {
  const known = services.accounts.get(connection);
  if (known !== undefined) {
    requireBound(group, known, null);
    return;
  }
  const owner = await askOwner(services, connection, group, context);
  requireBound(group, owner.account, owner);
}

async function askOwner(
  { accounts }: Pick<DeedServices, 'accounts'>,
  connection: CloudConnection,
  group: Group,
  context: CallContext,
): Promise<AccountOwner> {
  try {
    const owner = await connection.accountOwner(context);
    accounts.seen(connection, group.credentialId, owner);
    return owner;
  } catch (error) {
    accounts.refused(group.credentialId, error);
    throw error;
  }
}

function requireBound(group: Group, account: string, owner: AccountOwner | null): void {
  if (group.account === null || group.account === account) return;
  const external = {
    name: owner?.principalArn ?? account,
    at: 'GetCallerIdentity',
    ...(owner?.requestId ? { requestId: owner.requestId } : {}),
  };
  const details = { group: group.name, bound: group.account, credential: account };
  throw new OperationError('ACCOUNT_MISMATCH', details, { external });
}

/** Who holds the group's alias now, and whether the group may move it. */
export interface HolderSeen {
  readonly kmsKeyId: string | null;
  readonly arn: string | null;
  readonly key: KeyWithRemote | null;
  readonly mayMove: boolean;
  /** As AWS reads it; null when the key does not exist or may not be read. */
  readonly state: string | null;
  /** The same reading as its row keeps it. */
  readonly reading: Partial<RemoteKey> | null;
  readonly requestId: string | null;
  readonly readAt: number;
}

/**
 * Reads which KMS key holds the group's alias, and whether a deed may take it from there: it may where nobody
 * holds it, where a key of this group does, or one that the group has adopted.
 */
export async function readHolder(
  services: DeedServices,
  connection: CloudConnection,
  group: Group,
  context: CallContext,
): Promise<HolderSeen> {
  const target = await connection.aliasTarget(group.alias, context);
  const { keyId, requestId, readAt } = target;
  if (keyId === null) {
    const none = { kmsKeyId: null, arn: null, key: null, state: null, reading: null };
    return { ...none, mayMove: true, requestId, readAt };
  }
  const own = ownHolder(services.keys.byKms(keyId), group);
  const arn = target.key?.arn ?? null;
  const adopted = arn !== null && services.groups.hasAdopted(group.id, arn);
  const mayMove = own !== null || adopted;
  const state = target.key?.state ?? null;
  const reading = target.key === null ? null : readingOf({ ...target.key, requestId, readAt });
  return { kmsKeyId: keyId, arn, key: own, mayMove, state, reading, requestId, readAt };
}

/**
 * Of versions that share the KMS key it is the one under which AWS encrypts; under material of somebody else,
 * the one that was in use last.
 */
function ownHolder(named: readonly KeyWithRemote[], group: Group): KeyWithRemote | null {
  const own = named.filter(({ key }) => key.groupId === group.id);
  return (
    own.find(({ remote }) => remote?.materialState === 'CURRENT') ??
    own.find(({ key }) => isInUse(key)) ??
    own[0] ??
    null
  );
}

/** Which alias a job looked at when it began, and who held it. Kept as output of its check. */
export interface HolderAtCheck {
  readonly alias: string;
  readonly region: string;
  /** KMS key id; null: the alias did not exist. */
  readonly holder: string | null;
}

/**
 * The key of the group that gave its alias to `to`, where the step that moved it was interrupted and
 * cannot say: the job's own check knows, for the very alias it looked at (the group may have been
 * edited since); else the rows, until the alias is read again.
 */
export function formerHolder(
  services: DeedServices,
  group: Group,
  to: { readonly keyId: string; readonly region: string },
  check: Partial<HolderAtCheck>,
): KeyWithRemote | null {
  const others = services.keys
    .ofGroup(group.id)
    .filter(({ key, remote }) => key.id !== to.keyId && remote?.region === to.region);
  if (check.alias === group.alias && check.region === to.region) {
    return others.find(({ remote }) => remote?.kmsKeyId === check.holder) ?? null;
  }
  return others.find(({ remote }) => remote?.alias === `alias/${group.alias}`) ?? null;
}

/**
 * Inside a `record`, after the alias was noted at `keyId`: whatever else of the group was active, or suspended, and
 * has no alias now is not active any more, also where somebody had moved the alias behind our back.
 */
export function deactivateOthers(
  { keys }: Pick<DeedServices, 'keys'>,
  group: Group,
  keyId: string,
): void {
  for (const { key, remote } of keys.ofGroup(group.id)) {
    if (key.id === keyId || !isInUse(key) || remote?.alias != null) continue;
    keys.setLifecycle(key.id, 'deactivated');
  }
}

/**
 * Inside a change, after the alias was noted where somebody moved it in AWS: new work goes to the version that it
 * names, which is the active one from then on. Not while a job is at work, which may be about to say so itself.
 * Versions that share a KMS key follow its material, and one that AWS refuses to use is active for nobody.
 */
export function followAlias(
  { keys, groups }: Pick<DeedServices, 'keys' | 'groups'>,
  group: Group,
  { key: found, state }: Pick<HolderSeen, 'key' | 'state'>,
): void {
  if (found === null || (state !== 'Enabled' && state !== 'Disabled')) return;
  const { key, remote } = keys.get(found.key.id);
  const ours = remote !== null && remote.taken && otherMaterial(remote) === null;
  if (!ours || remote.materialState !== null) return;
  const alias = `alias/${group.alias}`;
  if (key.lifecycle === 'deactivated' || key.lifecycle === 'pre-activation') {
    keys.setLifecycle(key.id, 'active');
    if (state === 'Disabled') keys.setLifecycle(key.id, 'suspended');
    keys.addEvent(
      key.id,
      `Found to hold ${alias}, which was moved in AWS: active from now on`,
      null,
    );
  } else if (!isInUse(key)) return;
  const before = keys.ofGroup(group.id);
  deactivateOthers({ keys }, group, key.id);
  for (const { key: other } of before) {
    if (keys.get(other.id).key.lifecycle === other.lifecycle) continue;
    const gave = `Not active any more: ${alias} was found at version ${key.version}`;
    keys.addEvent(other.id, gave, null);
  }
  // what a person has put there for the next rotation stays
  const named = before.some(({ remote: each }) => each?.kmsKeyId === group.activeKeyId);
  if (named) groups.edit(group.id, { activeKeyId: remote.kmsKeyId });
}

export const heldElsewhere = (group: Group, holder: HolderSeen): OperationError =>
  new OperationError('ALIAS_HELD_ELSEWHERE', {
    group: group.name,
    alias: `alias/${group.alias}`,
    holder: holder.arn ?? holder.kmsKeyId ?? '',
  });

/**
 * What a DescribeKey says, as the row keeps it. The material it names is the one AWS encrypts under,
 * which is not ours if somebody has given the key another.
 */
export const readingOf = (read: KmsKeyRead): Partial<RemoteKey> => ({
  state: read.state,
  currentMaterial: read.currentMaterialId,
  validTo: read.validTo,
  readAt: read.readAt,
});

/**
 * Reads the policy back and compares it with the template, ignoring spacing and order.
 * Null when the group has no template.
 */
export async function policyInStep(
  connection: CloudConnection,
  group: Group,
  kmsKeyId: string,
  context: CallContext,
): Promise<{
  readonly same: boolean;
  readonly policy: string;
  readonly requestId: string | null;
} | null> {
  if (group.policy === null) return null;
  const read = await connection.getPolicy(kmsKeyId, context);
  return {
    same: samePolicy(read.policy, group.policy),
    policy: read.policy,
    requestId: read.requestId,
  };
}

/**
 * Opens the kept copy inside its vault now and compares its KCV with the one noted at birth.
 * @throws OperationError HSM_KEY_DIFFERS
 */
export async function proveCopy(services: DeedServices, keyId: string): Promise<Proof> {
  const { key } = services.keys.get(keyId);
  const vault = await services.vaults.ready(key.storage);
  const kcv = await vault.driver.kcvOf(services.keys.blob(keyId));
  if (kcv.method !== key.kcv.method || kcv.value !== key.kcv.value) {
    throw new OperationError('HSM_KEY_DIFFERS', {
      version: key.version,
      expected: key.kcv.value,
      found: kcv.value,
    });
  }
  return proof(`our copy opens in ${vault.title}, KCV ${kcv.value} (${sayMethod(kcv.method)})`);
}

export const sayMethod = (method: Kcv['method']): string => kcvMethods[method];

/**
 * Group, key and connection of a job about one key that is in AWS, read afresh in every step. The
 * step that checks the account itself says so.
 */
export const keyOpener =
  (services: DeedServices) =>
  async (
    context: CallContext & {
      readonly payload: { readonly groupId: string; readonly keyId: string };
    },
    options: { readonly checksItself?: boolean } = {},
  ) => {
    const { groups, keys, connect } = services;
    const group = groups.get(context.payload.groupId);
    const { key, remote } = keys.get(context.payload.keyId);
    if (!remote) throw new OperationError('KEY_NOT_IN_AWS', { version: key.version });
    const connection = await connect(group, remote.region);
    if (!options.checksItself) await requireAccount(services, connection, group, context);
    return { group, key, remote, connection };
  };
export type OpenKey = ReturnType<typeof keyOpener>;

/**
 * The state of a key that is to hold the alias, asked for right before it moves: whatever was read
 * earlier, by any clock, says nothing of a key that somebody disabled or emptied since.
 */
export async function stateNow(
  services: DeedServices,
  connection: CloudConnection,
  subject: { readonly key: Key; readonly remote: RemoteKey },
  context: CallContext,
): Promise<string> {
  const { key, remote } = subject;
  const read = await connection.describeKey(remote.kmsKeyId, context);
  services.keys.noteRemote(key.id, readingOf(read));
  return read.state;
}

/**
 * The alias moves only to a key that is Enabled. `mend`: what continuing the job does about it.
 * @throws OperationError KEY_NOT_ENABLED
 */
export function requireEnabled(key: Key, state: string, mend?: 'sends-again'): void {
  if (state === 'Enabled') return;
  const details = { version: key.version, key: key.id, state, ...(mend ? { mend } : {}) };
  throw new OperationError('KEY_NOT_ENABLED', details);
}

/** A version whose material AWS does not encrypt under in a KMS key that it shares; null: it may be active. */
export const earlierMaterial = (
  { version }: Key,
  remote: RemoteKey | null,
): OperationError | null =>
  remote === null || remote.materialState === null || remote.materialState === 'CURRENT'
    ? null
    : new OperationError('MATERIAL_NOT_CURRENT', { version });

/** Makes the alias or moves it; nothing where it names the key already. */
export async function pointAlias(
  connection: CloudConnection,
  group: Group,
  before: HolderSeen,
  kmsKeyId: string,
  context: CallContext,
): Promise<void> {
  if (before.kmsKeyId === null) await connection.createAlias(group.alias, kmsKeyId, context);
  else if (before.kmsKeyId !== kmsKeyId)
    await connection.updateAlias(group.alias, kmsKeyId, context);
}

export const aliasReadsOtherwise = (expected: string): OperationError =>
  new OperationError('READ_BACK_DIFFERS', {
    what: 'alias',
    expected,
    found: 'another key',
    keyId: expected,
  });
