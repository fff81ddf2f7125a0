import type { HandlersOfNoun, Access } from './context.ts';
import { previewGroup } from './group-preview.ts';

/** What a form for a group asks while it is being filled in. */
export const formHandlers = (
  access: Access,
): Pick<HandlersOfNoun<'group'>, 'preview' | 'lookAtAlias'> => ({
  preview: (input) => previewGroup(access.open(), input.fields, input.group),

  lookAtAlias: async (input) => {
    const open = access.open();
    const credential = open.references.credential(input.credential);
    const connection = await open.connect(credential, input.region);
    const { keyId } = await connection.aliasTarget(input.alias);
    const ours =
      keyId !== null &&
      open.keys.byKms(keyId).some(({ remote }) => remote?.region === input.region);
    return { free: keyId === null, keyId, ours };
  },
});
