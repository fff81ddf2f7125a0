/** KMS keys that are disabled although an alias names them: their groups need somebody. */
export const aliasOff = {
  id: 16,
  name: 'alias off',
  up: `
create index remote_key_off on remote_key (key_id) where state = 'Disabled' and alias is not null;
`,
};
