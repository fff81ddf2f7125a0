/**
 * Folders, credentials, key groups, keys and what AWS said about them. Secrets are not here: they
 * are sealed records that name these rows.
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
create index key_group_order on key_group (name, id);
create index key_group_due on key_group (next_rotation_at) where rotate = 1;
create index key_group_credential on key_group (credential_id);

create table "key" (
  id text primary key,
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
create index key_kcv on "key" (kcv);

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
