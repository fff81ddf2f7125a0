/**
 * KMS keys that an external key belonged to and that are no more: `gone`, AWS said so itself; `account`,
 * a person said that the account is closed. Kept, so that no proxy that remembers one binds it again.
 */
export const xksRelease = {
  id: 12,
  name: 'xks release',
  up: `
create table xks_release (
  key_id text not null references xks_key (id),
  kms_arn text not null,
  how text not null check (how in ('gone', 'account')),
  at integer not null,
  primary key (key_id, kms_arn)
) strict, without rowid;
`,
};
