/**
 * What ends, in two indexes that hold nothing else, so that it is listed and counted without a look at
 * any other key: KMS keys by when AWS deletes their material, and those that are in use by when their
 * planned life ends. For that the end of the planned life, which never changes, stands with both.
 */
export const endings = {
  id: 17,
  name: 'endings',
  up: `
drop index remote_key_ends;
drop index key_ends;
alter table remote_key add column planned_end integer;
update remote_key set planned_end = (select planned_end from "key" where id = key_id);
create trigger remote_key_planned after insert on remote_key when new.planned_end is null begin
  update remote_key set planned_end = (select planned_end from "key" where id = new.key_id)
    where key_id = new.key_id;
end;
create index remote_key_ends on remote_key (valid_to, key_id)
  where valid_to is not null and state in ('Enabled', 'Disabled');
create index remote_key_life on remote_key (planned_end, key_id)
  where planned_end is not null and alias is not null and state = 'Enabled';
`,
};
