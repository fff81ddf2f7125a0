import { familyOf } from '../multi-region.ts';
import { keyMetadata } from '../model/metadata.ts';
import { structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { grantTokens, keyIdField } from './fields.ts';
import { openKey } from './key-access.ts';

export const describeKey = defineAction({
  name: 'DescribeKey',
  input: structure({ ...keyIdField, GrantTokens: grantTokens }),
  act(call, request) {
    const opened = openKey(call, 'DescribeKey', request.KeyId, { aliases: true });
    const { mischiefs, state } = call.world;
    const key = mischiefs.veils.seen(opened, call.now);
    return { KeyMetadata: keyMetadata(key, state.materials.of(key), familyOf(state, key)) };
  },
});
