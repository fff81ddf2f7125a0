/** Until when the block of an external key is rehearsed, and for which requests: `{until, when}`. */
export const xksRehearsal = {
  id: 11,
  name: 'xks rehearsal',
  up: `
alter table xks_key add column rehearsal text;
`,
};
