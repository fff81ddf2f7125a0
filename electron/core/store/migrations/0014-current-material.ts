/**
 * The material AWS encrypts under, which somebody may have made another than ours. Until here every
 * reading called it ours; only what AWS answered to an import of ours is. A row that says otherwise
 * gets that name back, or none: then nothing is deleted before AWS has named ours once more.
 */
export const currentMaterial = {
  id: 14,
  name: 'current material',
  up: `
alter table remote_key add column current_material text;
update remote_key set current_material = material_id, material_id = (
  select json_extract(import.output, '$.materialId')
  from job_step import join job on job.number = import.job
  where import.name = 'import' and import.output is not null
    and json_extract(import.output, '$.materialId') is not null
    and remote_key.key_id in (
      select json_extract(job.payload, '$.keyId')
      union all
      select json_extract(made.output, '$.keyId') from job_step made
      where made.job = job.number and made.name = 'generate' and made.output is not null
    )
  order by import.job desc, import.run desc limit 1
)
where material_id is not null and material_id not in (
  select json_extract(output, '$.materialId') from job_step
  where name = 'import' and output is not null
    and json_extract(output, '$.materialId') is not null
);
create index remote_key_other on remote_key (key_id) where current_material <> material_id;
`,
};
