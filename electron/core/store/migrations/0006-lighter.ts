/**
 * What is asked at every opening and written at every step, made lighter. Keys and groups are
 * counted as they come and go, because counting a hundred thousand rows reads them all; when the
 * last key reached a backup is one look into an index. Nobody looks for the audit records of single
 * steps by their action, which are most of them: those are left out of that index, and with it out
 * of each commit.
 */
export const lighter = {
  id: 6,
  name: 'lighter',
  up: `
drop index audit_record_action;
create index audit_record_rarer on audit_record (action, seq)
  where action not in ('job.intent', 'job.outcome', 'job.state');

create index key_backed_up on "key" (backed_up_at) where backed_up_at is not null;

create table row_count (
  of text primary key,
  rows integer not null
) strict, without rowid;
insert into row_count select 'key', count(*) from "key";
insert into row_count select 'key_group', count(*) from key_group;
create trigger key_counted after insert on "key" begin
  update row_count set rows = rows + 1 where of = 'key';
end;
create trigger key_uncounted after delete on "key" begin
  update row_count set rows = rows - 1 where of = 'key';
end;
create trigger key_group_counted after insert on key_group begin
  update row_count set rows = rows + 1 where of = 'key_group';
end;
create trigger key_group_uncounted after delete on key_group begin
  update row_count set rows = rows - 1 where of = 'key_group';
end;
`,
};
