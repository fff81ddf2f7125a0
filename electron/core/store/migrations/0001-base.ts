/**
 * What every keystore has: who it is (`meta`), the sums the state root is made of (`state_sum`: 32
 * bytes for each table that counts, in the order of their names),
 * sealed secrets, the audit log with its signed checkpoints, and settings.
 */
export const base = {
  id: 1,
  name: 'base',
  up: `
create table meta (
  one integer primary key check (one = 1),
  store_id text not null,
  realm text not null check (realm in ('practice', 'real')),
  incarnation text not null,
  created_at integer not null,
  header_revision integer not null default 0,
  commit_number integer not null default 0,
  audit_size integer not null default 0,
  audit_head blob not null check (length(audit_head) = 32),
  state_root blob not null
) strict;
create trigger meta_stays before delete on meta begin
  select raise(abort, 'meta is never deleted');
end;
create trigger meta_identity before update of store_id, realm, created_at on meta
  when new.store_id is not old.store_id or new.realm is not old.realm
    or new.created_at is not old.created_at begin
  select raise(abort, 'a keystore keeps its identity and its realm');
end;

create table state_sum (
  one integer primary key check (one = 1),
  sums blob not null
) strict;

create table sealed_record (
  table_name text not null,
  row_key text not null,
  column_name text not null,
  revision integer not null check (revision >= 1),
  state text not null,
  policy text not null,
  epoch integer not null,
  wrapped_key blob not null,
  nonce blob not null,
  ciphertext blob not null,
  tag blob not null,
  primary key (table_name, row_key, column_name)
) strict, without rowid;

create table audit_record (
  seq integer primary key check (seq >= 1),
  at integer not null,
  action text not null,
  outcome text not null,
  body text not null,
  hash blob not null check (length(hash) = 32)
) strict;
create index audit_record_action on audit_record (action, seq);
create trigger audit_record_fixed before update on audit_record begin
  select raise(abort, 'audit records are never changed');
end;
create trigger audit_record_kept before delete on audit_record begin
  select raise(abort, 'audit records are never deleted');
end;

create table audit_checkpoint (
  id integer primary key,
  size integer not null,
  body text not null,
  signature blob not null,
  public_key blob not null
) strict;
create trigger audit_checkpoint_fixed before update on audit_checkpoint begin
  select raise(abort, 'checkpoints are never changed');
end;
create trigger audit_checkpoint_kept before delete on audit_checkpoint begin
  select raise(abort, 'checkpoints are never deleted');
end;

create table setting (
  key text primary key,
  value text not null
) strict, without rowid;
`,
};
