/**
 * Ways into the rows for what a window shows at all times and for what a person pastes to find
 * something: which groups need somebody, where keys are, the job that ended last, a KCV, a material
 * id, the AWS request id of a call.
 */
export const consoleIndexes = {
  id: 5,
  name: 'console',
  up: `
create index remote_key_odd on remote_key (key_id) where state not in ('Enabled', 'Disabled');
create index remote_key_material on remote_key (material_id) where material_id is not null;
create index key_kcv on "key" (kcv);
create index key_group_place on key_group (region, account);
create index job_ended on job (ended_at) where ended_at is not null;
create index job_call_request on job_call (request_id) where request_id is not null;
`,
};
