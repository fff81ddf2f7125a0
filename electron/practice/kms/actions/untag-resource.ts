import { list, required, structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { keyIdField, tagKeyMember } from './fields.ts';
import { openKey } from './key-access.ts';
import { veil } from './veil.ts';

export const untagResource = defineAction({
  name: 'UntagResource',
  input: structure({ ...keyIdField, TagKeys: required(list(tagKeyMember)) }),
  act(call, request) {
    const key = openKey(call, 'UntagResource', request.KeyId);
    const gone = new Set(request.TagKeys);
    const tags = key.tags.filter((tag) => !gone.has(tag.TagKey));
    veil(call, key, 'tags');
    call.world.state.keys.put({ ...key, tags });
    return null;
  },
});
