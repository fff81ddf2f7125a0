import { eventIdOf } from '../history/event-id.ts';
import { seconds } from '../model/metadata.ts';
import type { KeyUsageRecord } from '../model/records.ts';
import { structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { keyIdField } from './fields.ts';
import { openKey } from './key-access.ts';

const usageData = (use: KeyUsageRecord) => ({
  Operation: use.operation,
  Timestamp: seconds(use.at),
  CloudTrailEventId: eventIdOf(use.requestId),
  KmsRequestId: use.requestId,
});

export const getKeyLastUsage = defineAction({
  name: 'GetKeyLastUsage',
  input: structure(keyIdField),
  act(call, request) {
    const key = openKey(call, 'GetKeyLastUsage', request.KeyId);
    const use = call.world.state.keys.lastUse(key);
    return {
      KeyId: key.arn,
      KeyLastUsage: use === undefined ? {} : usageData(use),
      TrackingStartDate: seconds(key.createdAt),
      KeyCreationDate: seconds(key.createdAt),
    };
  },
});
