/**
 * Keys whose material was copied from a version of another group: which one, by its id, and by the group's
 * name and the version as they were then. No reference: it is said for good, whatever becomes of that key.
 */
export const copiedFrom = {
  id: 23,
  name: 'copied from',
  up: `
alter table "key" add column copied_key text;
alter table "key" add column copied_group text;
alter table "key" add column copied_version integer;
`,
};
