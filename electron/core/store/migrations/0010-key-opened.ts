/** When the kept copy of a key was last opened to prove it, and whether it was the key noted at birth. */
export const keyOpened = {
  id: 10,
  name: 'key opened',
  up: `
alter table "key" add column opened_at integer;
alter table "key" add column opened_well integer;
`,
};
