/**
 * Groups whose alias, when AWS was last asked, named none of their keys: the KMS key that it named
 * instead, or null where the alias did not exist. Until here a version merely stopped having the alias.
 */
export const aliasElsewhere = {
  id: 25,
  name: 'alias elsewhere',
  up: `
create table alias_elsewhere (
  group_id text primary key references key_group (id),
  region text not null,
  alias text not null,
  kms_key_id text,
  arn text,
  read_at integer not null
) strict, without rowid;
`,
};
