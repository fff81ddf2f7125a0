import { required, structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { keyIdField } from './fields.ts';
import { openKey } from './key-access.ts';
import { veil } from './veil.ts';
import { mergeTags, requireUsableTags, tagListMember } from './tags.ts';

export const tagResource = defineAction({
  name: 'TagResource',
  input: structure({ ...keyIdField, Tags: required(tagListMember) }),
  act(call, request) {
    const key = openKey(call, 'TagResource', request.KeyId);
    requireUsableTags(request.Tags);
    veil(call, key, 'tags');
    call.world.state.keys.put({ ...key, tags: mergeTags(key.tags, request.Tags) });
    return null;
  },
});
