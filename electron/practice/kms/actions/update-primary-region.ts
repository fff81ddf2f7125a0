import { familyOf } from '../multi-region.ts';
import { requireState } from '../model/key-states.ts';
import type { KeyRecord } from '../model/records.ts';
import { notFound } from '../wire/failures.ts';
import { required, structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { keyIdField, regionMember } from './fields.ts';
import { openKey, requirePermission } from './key-access.ts';
import { notPrimary } from './replication.ts';

export const updatePrimaryRegion = defineAction({
  name: 'UpdatePrimaryRegion',
  input: structure({ ...keyIdField, PrimaryRegion: required(regionMember) }),
  act(call, request) {
    const { state, settleMs } = call.world;
    const region = request.PrimaryRegion;
    const key = openKey(call, 'UpdatePrimaryRegion', request.KeyId);
    if (key.role !== 'PRIMARY') throw notPrimary(key);
    const replica = familyOf(state, key).find((each) => each.region === region);
    if (replica === undefined || replica === key || replica.role !== 'REPLICA') {
      throw notFound(`Key '${key.keyId}' has no replica in ${region}.`);
    }
    // Both keys change: it takes the permission on both, and both must be usable.
    requirePermission(call, replica);
    requireState('UpdatePrimaryRegion', replica);
    const becomes = (each: KeyRecord, role: KeyRecord['role']): KeyRecord => ({
      ...each,
      role,
      state: 'Updating',
      settlesAt: call.now + settleMs,
      // one that is Updating already goes on to where it was going
      settlesTo: each.settlesTo ?? each.state,
    });
    state.keys.put(becomes(key, 'REPLICA'));
    state.keys.put(becomes(replica, 'PRIMARY'));
    const rotation = state.rotations.of(key);
    state.rotations.remove(key);
    state.rotations.put({ ...rotation, region });
    call.effect({ kind: 'primary-moved', keyId: key.keyId, from: key.region, to: region });
    return null;
  },
});
