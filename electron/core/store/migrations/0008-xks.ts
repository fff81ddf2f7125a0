/**
 * External key stores: what the XKS proxy serves, and what AWS has of it. Secrets of proxies and
 * kept copies of keys are sealed records that name these rows. `xks_serving` has one row: where
 * service keys are, the canary of that place, and the number of the newest serving set.
 */
export const xks = {
  id: 8,
  name: 'xks',
  up: `
create table external_store (
  id text primary key,
  name text not null unique,
  prefix text not null unique,
  accounts text,
  regions text,
  blocked integer not null default 0 check (blocked in (0, 1)),
  quota integer,
  rules_mode text not null default 'enforce' check (rules_mode in ('enforce', 'dry-run')),
  credential_id text references credential (id),
  region text,
  endpoint text,
  connectivity text not null check (connectivity in ('PUBLIC_ENDPOINT', 'VPC_ENDPOINT_SERVICE')),
  vpc_service text,
  vpc_owner text,
  kms_store_id text,
  kms_account text,
  kms_state text,
  kms_error text,
  kms_access_key_id text,
  kms_read_at integer,
  created_at integer not null
) strict;
create index external_store_credential on external_store (credential_id);

create table proxy_credential (
  id text primary key,
  store_id text not null references external_store (id),
  access_key_id text not null unique,
  made_at integer not null,
  retired_at integer
) strict;
create index proxy_credential_store on proxy_credential (store_id);

create table xks_key (
  id text primary key,
  store_id text not null references external_store (id),
  xks_id text not null unique,
  name text not null,
  may_encrypt integer not null check (may_encrypt in (0, 1)),
  may_decrypt integer not null check (may_decrypt in (0, 1)),
  enabled integer not null default 1 check (enabled in (0, 1)),
  blocked integer not null default 0 check (blocked in (0, 1)),
  current integer not null,
  binding text not null check (binding in ('first', 'any')),
  only_in_hsm integer not null check (only_in_hsm in (0, 1)),
  storage text not null check (storage in ('hsm', 'software')),
  assurance text not null,
  rules_mode text not null default 'enforce' check (rules_mode in ('enforce', 'dry-run')),
  kms_key_id text,
  kms_arn text,
  kms_state text,
  kms_read_at integer,
  created_at integer not null
) strict;
create unique index xks_key_name on xks_key (store_id, name);
create index xks_key_arn on xks_key (kms_arn) where kms_arn is not null;

create table xks_version (
  id text primary key,
  key_id text not null references xks_key (id),
  number integer not null,
  state text not null check (state in ('made', 'usable', 'destroyed')),
  device_id text not null unique,
  kcv_method text,
  kcv text,
  mechanism text,
  master_id text,
  token_serial text,
  made_at integer not null,
  backed_up_at integer,
  installed_at integer
) strict;
create unique index xks_version_number on xks_version (key_id, number);

create table xks_binding (
  key_id text not null references xks_key (id),
  kms_arn text not null,
  how text not null check (how in ('made', 'first', 'allowed')),
  at integer not null,
  primary key (key_id, kms_arn)
) strict, without rowid;

create table xks_rule (
  id text primary key,
  store_id text not null references external_store (id),
  key_id text references xks_key (id),
  name text not null,
  effect text not null check (effect in ('allow', 'deny')),
  conditions text not null,
  made_at integer not null
) strict;
create index xks_rule_store on xks_rule (store_id, made_at);

create table xks_serving (
  id integer primary key check (id = 1),
  storage text not null check (storage in ('hsm', 'software')),
  revision integer not null,
  canary_id text not null,
  kcv_method text not null,
  kcv text not null,
  mechanism text not null,
  master_id text not null
) strict;
`,
};
