import { expect, it } from 'vitest';
import { sayUsers, usersOf } from './credential-users.ts';

it.each([
  [{ groups: 0, stores: 0, roles: 0 }, 0, 'none'],
  [{ groups: 2, stores: 0, roles: 0 }, 2, '2 groups'],
  [{ groups: 0, stores: 1, roles: 0 }, 1, '1 external key store'],
  [{ groups: 1, stores: 0, roles: 1 }, 2, '1 group and 1 role'],
  [{ groups: 1, stores: 2, roles: 3 }, 6, '1 group, 2 external key stores and 3 roles'],
])('names each kind of what goes by a credential: %j', (users, all, words) => {
  expect(usersOf(users)).toBe(all);
  expect(sayUsers(users)).toBe(words);
});
