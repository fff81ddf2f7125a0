import type { KeyRecord } from '../model/records.ts';
import { unsupported } from '../wire/failures.ts';
import type { Call } from '../world.ts';
import { notPrimary } from './replication.ts';
import { findKey, requirePermission } from './key-access.ts';
import { requireState } from '../model/key-states.ts';

/** @throws UnsupportedOperationException for keys whose material AWS does not make. */
export function openForAutomaticRotation(
  call: Call,
  operation: 'EnableKeyRotation' | 'DisableKeyRotation',
  keyId: string,
): KeyRecord {
  const key = findKey(call, keyId, false);
  requirePermission(call, key);
  if (key.origin !== 'AWS_KMS') {
    throw unsupported(`${key.arn} origin is ${key.origin} which is not valid for this operation.`);
  }
  requireState(operation, key);
  if (key.spec !== 'SYMMETRIC_DEFAULT') throw unsupported();
  if (key.role === 'REPLICA') throw notPrimary(key);
  return key;
}
