/** Dates on which AWS is to delete material because a person said so: nothing is renewed past them. */
export const chosenEnd = {
  id: 15,
  name: 'chosen end',
  up: `
create table chosen_end (
  key_id text primary key references "key" (id),
  valid_to integer not null
) strict, without rowid;
`,
};
