/**
 * Keys that come in from elsewhere. A transport key is a pair that a group has for one of them: its private
 * half is a sealed record (`blob`), as is the file that came back, as long as a job is to open it (`file`).
 */
export const bringIn = {
  id: 22,
  name: 'bring in',
  up: `
create table transport_key (
  id text primary key,
  group_id text not null unique references key_group (id),
  spec text not null,
  algorithm text not null,
  storage text not null,
  token_serial text,
  mechanism text not null,
  master_id text not null,
  public_key blob not null,
  made_at integer not null,
  ends_at integer not null
) strict, without rowid;
alter table "key" add column brought_in integer not null default 0;
`,
};
