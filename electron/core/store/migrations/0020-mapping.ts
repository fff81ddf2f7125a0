/**
 * Groups whose versions are materials of one KMS key. What concerns a material (its state among the
 * others, whether it is there, its date) stands with its version; what concerns the KMS key stands with
 * each of them, and is the same in all. `material_state` is null where a version has its KMS key to itself.
 *
 * What is there ends on its date also while the KMS key waits for other material.
 */
export const mapping = {
  id: 20,
  name: 'mapping',
  up: `
alter table key_group add column mapping text not null default 'container'
  check (mapping in ('container', 'material'));
alter table remote_key add column material_state text;
alter table remote_key add column import_state text;
drop index remote_key_arn;
create index remote_key_arn on remote_key (arn);
create unique index remote_key_own_arn on remote_key (arn) where material_state is null;
create unique index remote_key_shared_arn on remote_key (arn, material_id)
  where material_state is not null and material_id is not null;
drop index remote_key_ends;
create index remote_key_ends on remote_key (valid_to, key_id)
  where valid_to is not null and (state in ('Enabled', 'Disabled')
    or state = 'PendingImport' and import_state = 'IMPORTED');
`,
};
