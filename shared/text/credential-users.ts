import type { OutputFor } from '../contract/index.ts';
import { counted } from './counted.ts';

type Users = OutputFor<'credential.list'>['credentials'][number]['usedBy'];

export const usersOf = ({ groups, stores, roles }: Users): number => groups + stores + roles;

/** What goes by a credential: `2 groups and 1 role`; `none`. */
export function sayUsers({ groups, stores, roles }: Users): string {
  const parts = [
    ...(groups === 0 ? [] : [counted(groups, 'group')]),
    ...(stores === 0 ? [] : [counted(stores, 'external key store')]),
    ...(roles === 0 ? [] : [counted(roles, 'role')]),
  ];
  const last = parts.pop();
  if (last === undefined) return 'none';
  return parts.length === 0 ? last : `${parts.join(', ')} and ${last}`;
}
