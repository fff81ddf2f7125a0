/**
 * Keys of every type that AWS imports. A group and each of its keys say which, by AWS's names; until
 * here all were AES-256. Of an asymmetric key the public half is kept (DER SubjectPublicKeyInfo).
 *
 * `taken`: AWS took our copy. Of keys other than symmetric ones AWS names no material, so that its
 * name cannot tell.
 */
export const keyTypes = {
  id: 19,
  name: 'key types',
  up: `
alter table key_group drop column key_type;
alter table key_group drop column key_length;
alter table key_group add column key_spec text not null default 'SYMMETRIC_DEFAULT';
update key_group set key_usage = 'ENCRYPT_DECRYPT';
alter table "key" add column spec text not null default 'SYMMETRIC_DEFAULT';
alter table "key" add column usage text not null default 'ENCRYPT_DECRYPT';
alter table "key" add column public_key blob;
alter table remote_key add column taken integer not null default 0;
update remote_key set taken = 1 where material_id is not null or exists (
  select 1 from "key" where id = key_id
    and (lifecycle <> 'pre-activation' or proved_at is not null));
`,
};
