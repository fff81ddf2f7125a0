/** Objects that no version names any more and that still have to leave their device. */
export const xksLeftover = {
  id: 13,
  name: 'xks leftover',
  up: `
create table xks_leftover (
  device_id text primary key,
  storage text not null check (storage in ('hsm', 'software')),
  at integer not null
) strict, without rowid;
`,
};
