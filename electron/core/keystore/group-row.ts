import { nameOrder } from '../../../shared/model/name-order.ts';
import { foldedName } from './names.ts';
import type { Group } from './rows.ts';

/** A group as the columns of its row. `account_bound_at` is written by binding alone. */
export const groupToRow = (group: Group) => ({
  id: group.id,
  service: group.service,
  key_spec: group.keySpec,
  key_usage: group.keyUsage,
  storage: group.storage,
  created_at: group.createdAt,
  mapping: group.mapping,
  folder_id: group.folderId,
  name: group.name,
  name_folded: foldedName(group.name),
  name_order: nameOrder(group.name),
  credential_id: group.credentialId,
  account: group.account,
  rotate: Number(group.rotate),
  rotate_amount: group.rotateEvery.amount,
  rotate_unit: group.rotateEvery.unit,
  valid_amount: group.keepValidFor.amount,
  valid_unit: group.keepValidFor.unit,
  alias: group.alias,
  description: group.description,
  region: group.region,
  active_key_id: group.activeKeyId,
  policy: group.policy,
  material_days: group.materialDays,
  disable_after: Number(group.disableAfter),
  disable_wait_days: group.disableWaitDays,
  next_rotation_at: group.nextRotationAt,
});
type Column = keyof ReturnType<typeof groupToRow>;

const fixed: readonly Column[] = [
  'id',
  'service',
  'key_spec',
  'key_usage',
  'storage',
  'created_at',
];
const changeable: readonly Column[] = [
  'mapping',
  'folder_id',
  'name',
  'name_folded',
  'name_order',
  'credential_id',
  'account',
  'rotate',
  'rotate_amount',
  'rotate_unit',
  'valid_amount',
  'valid_unit',
  'alias',
  'description',
  'region',
  'active_key_id',
  'policy',
  'material_days',
  'disable_after',
  'disable_wait_days',
  'next_rotation_at',
];

export const groupColumns = { insert: [...fixed, ...changeable], update: changeable } as const;
