/** What each attempt at a call changed in the other system: `no`, `maybe` or `yes`. */
export const callChanges = {
  id: 4,
  name: 'call-changes',
  up: `
alter table job_call add column changed text not null default 'no';
`,
};
