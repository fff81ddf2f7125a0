/**
 * What was said last. A job has its matter: what it decides, where others decide the same. A deed may be asked
 * for again behind another that undoes it, so that two jobs at one deed may be open, and the last word about a
 * matter is looked up. And a step has what a person was shown when they sent its job on: whoever answers one
 * trouble has not answered the next.
 */
export const lastWord = {
  id: 21,
  name: 'last word',
  up: `
drop index job_deed;
create index job_deed on job (kind, deed_key) where ended_at is null;
alter table job add column matter text;
update job set matter = case
    when kind in ('group.force-rotate', 'group.rotate-material', 'key.make-active')
      then 'alias:' || order_key
    when kind in ('key.disable-now', 'key.enable')
      then 'state:' || json_extract(payload, '$.keyId')
    when kind in ('key.synchronize', 'key.renew')
      then 'content:' || json_extract(payload, '$.keyId')
    when kind in ('xks-store.connect', 'xks-store.disconnect')
      then 'connection:' || json_extract(payload, '$.storeId')
    when kind in ('xks-key.enable', 'xks-key.disable', 'xks-key.schedule-deletion',
        'xks-key.cancel-deletion') then 'state:' || json_extract(payload, '$.keyId')
    else kind || ':' || deed_key
  end
where ended_at is null;
alter table job_step add column answered text;
create index job_matter on job (matter, position) where ended_at is null;
`,
};
