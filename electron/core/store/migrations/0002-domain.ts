/**
 * Folders, credentials, key groups, keys and what AWS said about them. Secrets are not here: they
 * are sealed records that name these rows.
 *
 * `key_text` finds keys by any part of what it holds (FTS5, trigrams). It is derived: kept by
 * triggers inside the transaction of the change, left out of the state root, and never shown, only
 * asked which rows to read. What someone could do to it makes a search miss a key or name one too
 * many, no more. `key.n` is there for it: a rowid without a name may change with VACUUM, and a backup is
 * made by VACUUM INTO.
 */
export const domain = {
  id: 2,
  name: 'domain',
  up: `
create table folder (
  id text primary key,
  parent_id text references folder (id),
  name text not null,
  created_at integer not null
) strict;
create unique index folder_name on folder (ifnull(parent_id, ''), name);

create table credential (
  id text primary key,
  name text not null unique,
  kind text not null check (kind in ('keys', 'session', 'profile', 'assume-role')),
  access_key_id text,
  endpoint text,
  profile text,
  source_id text references credential (id),
  role_arn text,
  external_id text,
  mfa_serial text,
  account text,
  principal_arn text,
  connection text not null default 'Not tested',
  problem text,
  tested_at integer,
  expires_at integer,
  created_at integer not null
) strict;

create table key_group (
  id text primary key,
  folder_id text references folder (id),
  name text not null,
  name_folded text not null,
  service text not null,
  credential_id text not null references credential (id),
  account text,
  account_bound_at integer,
  key_type text not null,
  key_length integer not null,
  key_usage text not null,
  storage text not null check (storage in ('hsm', 'software')),
  rotate integer not null,
  rotate_amount integer not null,
  rotate_unit text not null,
  valid_amount integer not null,
  valid_unit text not null,
  alias text not null,
  description text not null,
  region text not null,
  active_key_id text,
  policy text,
  material_days integer,
  disable_after integer not null,
  disable_wait_days integer not null,
  next_rotation_at integer,
  created_at integer not null
) strict;
create unique index key_group_name on key_group (ifnull(folder_id, ''), name);
create index key_group_by_name on key_group (name);
create index key_group_order on key_group (name_folded, id);
create index key_group_folder on key_group (ifnull(folder_id, ''), name_folded, id);
create index key_group_alias on key_group (alias, region);
create index key_group_due on key_group (next_rotation_at) where rotate = 1;
create index key_group_credential on key_group (credential_id);

create table "key" (
  n integer primary key,
  id text not null unique,
  group_id text not null references key_group (id),
  version integer not null,
  lifecycle text not null,
  lifecycle_times text not null,
  kcv_method text not null,
  kcv text not null,
  storage text not null,
  assurance text not null,
  token_serial text,
  mechanism text not null,
  master_id text not null,
  made_at integer not null,
  planned_end integer not null,
  backed_up_at integer,
  proved_at integer,
  unique (group_id, version)
) strict;

create table remote_key (
  key_id text primary key references "key" (id),
  kms_key_id text not null,
  arn text not null,
  account text not null,
  region text not null,
  made_by text not null check (made_by in ('group', 'waiting', 'adopted')),
  state text not null,
  material_id text,
  valid_to integer,
  alias text,
  policy_read text,
  read_at integer not null
) strict;
create unique index remote_key_arn on remote_key (arn);
create index remote_key_kms on remote_key (kms_key_id);
create index remote_key_alias on remote_key (alias) where alias is not null;

create virtual table key_text using fts5 (
  kcv, arn, alias, material, content='', contentless_delete=1, tokenize='trigram'
);
create trigger key_text_key_added after insert on "key" begin
  insert into key_text (rowid, kcv) values (new.n, new.kcv);
end;
create trigger key_text_key_removed after delete on "key" begin
  delete from key_text where rowid = old.n;
end;
create trigger key_text_key_changed after update of n, kcv on "key"
  when new.n is not old.n or new.kcv is not old.kcv begin
  delete from key_text where rowid = old.n;
  insert into key_text (rowid, kcv, arn, alias, material)
    select new.n, new.kcv, r.arn, r.alias, r.material_id
    from (select 1) left join remote_key r on r.key_id = new.id;
end;
create trigger key_text_remote_added after insert on remote_key begin
  delete from key_text where rowid = (select n from "key" where id = new.key_id);
  insert into key_text (rowid, kcv, arn, alias, material)
    select n, kcv, new.arn, new.alias, new.material_id from "key" where id = new.key_id;
end;
create trigger key_text_remote_changed after update of arn, alias, material_id on remote_key
  when new.arn is not old.arn or new.alias is not old.alias
    or new.material_id is not old.material_id begin
  delete from key_text where rowid = (select n from "key" where id = new.key_id);
  insert into key_text (rowid, kcv, arn, alias, material)
    select n, kcv, new.arn, new.alias, new.material_id from "key" where id = new.key_id;
end;
create trigger key_text_remote_removed after delete on remote_key begin
  delete from key_text where rowid = (select n from "key" where id = old.key_id);
  insert into key_text (rowid, kcv) select n, kcv from "key" where id = old.key_id;
end;

create table key_event (
  id integer primary key,
  key_id text not null references "key" (id),
  at integer not null,
  text text not null,
  job_id text
) strict;
create index key_event_key on key_event (key_id, id);

create table foreign_key_adopted (
  group_id text not null references key_group (id),
  arn text not null,
  adopted_at integer not null,
  primary key (group_id, arn)
) strict, without rowid;

create table wrapping_key_seen (
  fingerprint text primary key,
  arn text not null,
  job_id text not null,
  seen_at integer not null
) strict, without rowid;
`,
};

/** Makes `key_text` anew from the rows, as every restore of a backup does. */
export const keyTextAnew = `
insert into key_text (key_text) values ('delete-all');
insert into key_text (rowid, kcv, arn, alias, material)
  select k.n, k.kcv, r.arn, r.alias, r.material_id
  from "key" k left join remote_key r on r.key_id = k.id;
`;
