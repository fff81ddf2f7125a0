import { specUsages, type KeyUsage } from '../model/key-specs.ts';
import type { StatefulOperation } from '../model/key-states.ts';
import { currentMaterial } from '../model/metadata.ts';
import type { KeyRecord } from '../model/records.ts';
import { dryRunSucceeded, KmsFailure } from '../wire/failures.ts';
import type { Call } from '../world.ts';
import { openKey } from './key-access.ts';
import { bytesOf } from './key-material.ts';
import { recordUse } from './symmetric-use.ts';

/** @throws InvalidKeyUsageException, in the words for another usage or for a foreign algorithm. */
export function requireUsage(call: Call, key: KeyRecord, usage: KeyUsage, algorithm: string): void {
  if (key.usage !== usage) {
    throw new KmsFailure(
      'InvalidKeyUsageException',
      `${key.arn} key usage is ${key.usage} which is not valid for ${call.operation}.`,
    );
  }
  if (specUsages[key.spec]?.[usage]?.includes(algorithm) === true) return;
  throw new KmsFailure(
    'InvalidKeyUsageException',
    `Algorithm ${algorithm} is incompatible with key spec ${key.spec}.`,
  );
}

export interface Using {
  readonly operation: StatefulOperation;
  readonly keyId: string;
  readonly usage: KeyUsage;
  readonly algorithm: string;
}

/** The way in for every use of a key that is not symmetric: its record and its private half. */
export function openForUse(call: Call, using: Using): { key: KeyRecord; material: Buffer } {
  const { operation, keyId, usage, algorithm } = using;
  const key = openKey(call, operation, keyId, { aliases: true });
  requireUsage(call, key, usage, algorithm);
  const material = bytesOf(key, currentMaterial(call.world.state.materials.of(key)));
  return { key, material };
}

/** Ends a dry run that would have worked; else notes the use. */
export function settleUse(call: Call, key: KeyRecord, dryRun: boolean | undefined): void {
  if (dryRun === true) throw dryRunSucceeded();
  recordUse(call, key);
}
