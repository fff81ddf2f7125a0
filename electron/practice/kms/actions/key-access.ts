import { aliasArn, isKeyId, keyArn, parseKmsArn, partitionOf, type Place } from '../model/arn.ts';
import { requireState, type StatefulOperation } from '../model/key-states.ts';
import type { KeyRecord } from '../model/records.ts';
import {
  type KeyPermission,
  requireIdentityPermission,
  requireKeyPermission,
} from '../policy/authorize.ts';
import { isCrossAccount } from '../policy/cross-account.ts';
import { deniedFailure, type Target } from '../policy/denial-text.ts';
import { seenTarget } from '../state/aliases.ts';
import { notFound } from '../wire/failures.ts';
import { type Call, placeOf } from '../world.ts';

const invalidKeyId = (text: string) => notFound(`Invalid keyId '${text}'`);

/** Of another account AWS does not tell what exists there. @throws AccessDeniedException. */
export function requireOwnAccount(call: Call, place: Place, resource: string): void {
  if (place.account === call.caller.account || call.world.skipPolicyChecks) return;
  const principal = call.caller.arn;
  throw deniedFailure(
    { allowed: false, by: 'resource', explicit: false },
    { principal, action: `kms:${call.operation}`, resource, target: 'named', foreign: true },
  );
}

function findVisible(call: Call, place: Place, keyId: string): KeyRecord {
  const key = call.world.state.keys.find(place, keyId);
  if (key !== undefined && key.visibleAt <= call.now) return key;
  requireOwnAccount(call, place, keyArn(place, keyId));
  throw notFound(`Key '${keyArn(place, keyId)}' does not exist`);
}

function findByAlias(call: Call, place: Place, name: string): KeyRecord {
  const alias = call.world.state.aliases.find(place, name);
  const target = alias === undefined ? null : seenTarget(alias, call.now);
  if (target === null) requireOwnAccount(call, place, aliasArn(place, name));
  if (target === null) throw notFound(`Alias ${aliasArn(place, name)} is not found.`);
  return findVisible(call, place, target);
}

/**
 * Finds the key that a KeyId member names (facts 1.2).
 * @throws NotFoundException in AWS's words for every other text.
 */
export function findKey(call: Call, text: string, aliasesAllowed: boolean): KeyRecord {
  if (text.startsWith('arn:')) {
    const arn = parseKmsArn(text);
    if (arn === null) throw invalidKeyId(text);
    if (arn.region !== call.region || arn.partition !== partitionOf(arn.region)) {
      throw notFound(`Invalid arn ${arn.region}`);
    }
    if (arn.kind === 'key') {
      if (!isKeyId(arn.name)) throw invalidKeyId(text);
      return findVisible(call, arn, arn.name);
    }
    if (!aliasesAllowed) throw invalidKeyId(text);
    return findByAlias(call, arn, arn.name);
  }
  if (text.startsWith('alias/') && aliasesAllowed) {
    return findByAlias(call, placeOf(call), text);
  }
  if (!isKeyId(text)) throw invalidKeyId(text);
  return findVisible(call, placeOf(call), text);
}

/** @throws AccessDeniedException when the control port was told to refuse this action. */
export function requireNotDenied(call: Call, resource: string, target: Target): void {
  const action = `kms:${call.operation}`;
  if (!call.world.mischiefs.strikesAction(action)) return;
  const decision = { allowed: false, by: 'identity', explicit: false } as const;
  const principal = call.caller.arn;
  throw deniedFailure(decision, { principal, action, resource, target, foreign: false });
}

/** Permission for what belongs to the account and not to one key (ListKeys, CreateKey, …). */
export function requireAccountPermission(call: Call, target: Target = 'named'): void {
  requireNotDenied(call, '*', target);
  requireIdentityPermission(call, '*', target);
}

/** Permission for an alias, which takes an IAM policy: a key policy says nothing about aliases. */
export function requireAliasPermission(call: Call, name: string): void {
  requireIdentityPermission(call, aliasArn(placeOf(call), name));
}

export type PermissionDetails = Omit<KeyPermission, 'crossAccount'>;

/** @throws AccessDeniedException when the caller may not do this to the key. */
export function requirePermission(
  call: Call,
  key: KeyRecord,
  details: PermissionDetails = {},
): void {
  requireNotDenied(call, key.arn, details.target ?? 'named');
  const crossAccount = isCrossAccount(call.operation);
  const seen = call.world.mischiefs.veils.seen(key, call.now);
  requireKeyPermission(call, seen, { ...details, crossAccount });
}

/**
 * The way in for every operation on one key, in AWS's order of checks: find it, may the caller,
 * does its state allow it.
 */
export function openKey(
  call: Call,
  operation: StatefulOperation,
  keyId: string,
  options: PermissionDetails & { readonly aliases?: boolean } = {},
): KeyRecord {
  const key = findKey(call, keyId, options.aliases ?? false);
  requirePermission(call, key, options);
  requireState(operation, call.world.mischiefs.veils.seen(key, call.now));
  return key;
}

/** Changes a key's state and notes it; nothing happens when it is in that state already. */
export function setKeyState(
  call: Pick<Call, 'world' | 'effect'>,
  key: KeyRecord,
  state: KeyRecord['state'],
  deleteAt: number | null = null,
): KeyRecord {
  if (key.state === 'Unavailable' && state !== 'PendingDeletion') {
    // It waits for its key store; the change shows when that is connected again.
    const waiting: KeyRecord = { ...key, settlesTo: state };
    call.world.state.keys.put(waiting);
    return waiting;
  }
  const changed: KeyRecord = { ...key, state, deleteAt, settlesAt: null, settlesTo: null };
  call.world.state.keys.put(changed);
  if (key.state !== state) {
    call.effect({ kind: 'key-state', keyId: key.keyId, from: key.state, to: state });
  }
  return changed;
}
