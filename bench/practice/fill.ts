import { randomBytes, randomUUID } from 'node:crypto';
import { materialIdOf } from '../../electron/practice/kms/material/material-id.ts';
import { keyArn } from '../../electron/practice/kms/model/arn.ts';
import { defaultPolicy } from '../../electron/practice/kms/policy/document.ts';
import { openState } from '../../electron/practice/kms/state/state.ts';
import { practiceAccount } from '../../shared/model/practice-account.ts';

const place = { account: practiceAccount.id, region: 'eu-central-1' };

const aliasAt = (at: number): string => `alias/bench-${String(at).padStart(6, '0')}`;

/** A data file with so many keys, each with material and an alias; names one in the middle. */
export function fillPractice(file: string, count: number) {
  const state = openState(file);
  const policy = defaultPolicy(place.account, place.region);
  const now = Date.now();
  const ids = Array.from({ length: count }, () => randomUUID()).toSorted();
  state.transaction(() => {
    for (const [at, keyId] of ids.entries()) {
      state.keys.put({
        ...place,
        keyId,
        arn: keyArn(place, keyId),
        createdAt: now,
        spec: 'SYMMETRIC_DEFAULT',
        usage: 'ENCRYPT_DECRYPT',
        origin: 'AWS_KMS',
        multiRegion: false,
        state: 'Enabled',
        role: null,
        settlesAt: null,
        settlesTo: null,
        windowDays: null,
        description: '',
        policy,
        tags: [],
        deleteAt: null,
        storeId: null,
        xksKeyId: null,
        visibleAt: now,
      });
      const bytes = randomBytes(32);
      state.materials.put({
        ...place,
        keyId,
        materialId: materialIdOf(keyId, bytes),
        state: 'CURRENT',
        bytes,
        description: null,
        expirationModel: null,
        validTo: null,
        firstImportedAt: now,
        rotatedAt: null,
        rotationType: null,
      });
      state.aliases.put({
        ...place,
        name: aliasAt(at),
        target: keyId,
        shownTarget: null,
        visibleAt: now,
        createdAt: now,
        updatedAt: now,
      });
    }
  });
  state.close();
  const middle = Math.floor(count / 2);
  return { KeyId: ids[middle] ?? '', alias: aliasAt(middle) };
}
