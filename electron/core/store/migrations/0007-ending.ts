/** Keys by when AWS deletes their material and by when their planned life ends. */
export const ending = {
  id: 7,
  name: 'ending',
  up: `
create index remote_key_ends on remote_key (valid_to) where valid_to is not null;
create index key_ends on "key" (planned_end);
`,
};
