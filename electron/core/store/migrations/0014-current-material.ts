/** The material AWS encrypts under, which somebody may have made another than ours. */
export const currentMaterial = {
  id: 14,
  name: 'current material',
  up: `
alter table remote_key add column current_material text;
create index remote_key_other on remote_key (key_id) where current_material <> material_id;
`,
};
