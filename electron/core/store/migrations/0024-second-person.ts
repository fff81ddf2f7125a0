/**
 * A second person. Approvers prove themselves by a passphrase that opens their own signing key; a request is
 * a deed that waited for one of them. Neither refers to the other: what was decided stays said when whoever
 * decided it is gone.
 */
export const secondPerson = {
  id: 24,
  name: 'second person',
  up: `
create table approver (
  id text primary key,
  name text not null unique,
  public_key blob not null,
  memory integer not null,
  passes integer not null,
  lanes integer not null,
  salt blob not null,
  sealed_key blob not null,
  added_at integer not null
) strict, without rowid;
create table approval (
  number integer primary key,
  operation text not null,
  digest text not null,
  title text not null,
  says text not null,
  plan text,
  asked_by text not null,
  asked_at integer not null,
  ends_at integer not null,
  free_at integer,
  state text not null,
  decided_by text,
  decided_at integer
) strict;
create index approval_digest on approval (digest);
create index approval_state on approval (state, ends_at);
`,
};
