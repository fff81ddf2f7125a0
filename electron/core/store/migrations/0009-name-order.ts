/**
 * Key groups in the order of their names with numbers by their value: `payments-2` before
 * `payments-10`. What nameOrder of shared/model/name-order.ts makes of a name is made here of the
 * names that are there already: character by character, digits kept back until their run ends.
 */
export const nameOrder = {
  id: 9,
  name: 'name order',
  up: `
alter table key_group add column name_order text not null default '';
update key_group set name_order = (
  with recursive walk (at, digits, made) as (
    select 1, '', ''
    union all
    select at + 1,
      case when substr(name_folded, at, 1) between '0' and '9'
        then digits || substr(name_folded, at, 1) else '' end,
      made || case
        when substr(name_folded, at, 1) between '0' and '9' then ''
        when digits = '' then substr(name_folded, at, 1)
        else '0' || printf('%02x', length(ltrim(digits, '0'))) || ltrim(digits, '0')
          || substr(name_folded, at, 1) end
    from walk where at <= length(name_folded) + 1
  )
  select made || char(1) || name_folded from walk where at = length(name_folded) + 2
);
drop index key_group_order;
drop index key_group_folder;
create index key_group_order on key_group (name_order, id);
create index key_group_folder on key_group (ifnull(folder_id, ''), name_order, id);
`,
};
