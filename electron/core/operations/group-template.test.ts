import { expect, it } from 'vitest';
import { aliasFrom } from './group-alias.ts';
import { requireSoundTemplate } from './group-template.ts';

const sound = {
  region: 'eu-west-1',
  policy: null,
  mapping: 'container',
  keySpec: 'SYMMETRIC_DEFAULT',
  disableAfter: false,
} as const;
const problemOf = (template: Parameters<typeof requireSoundTemplate>[0]) => {
  try {
    requireSoundTemplate(template);
    return null;
  } catch (error) {
    return error;
  }
};

it('takes the defaults, GovCloud and a policy that can be read', () => {
  expect(problemOf(sound)).toBeNull();
  expect(problemOf({ ...sound, region: 'us-gov-west-1' })).toBeNull();
});

it('refuses a Region that does not exist and a policy that AWS would not take', () => {
  expect(problemOf({ ...sound, region: 'eu-west-99' })).toMatchObject({
    code: 'BAD_INPUT',
    details: { field: 'region' },
  });
  expect(problemOf({ ...sound, policy: '{"Version": "2012-10-17",' })).toMatchObject({
    code: 'POLICY_INVALID',
  });
});

it('refuses what one KMS key for all versions cannot be', () => {
  const shared = { ...sound, mapping: 'material' } as const;
  expect(problemOf(shared)).toBeNull();
  expect(problemOf({ ...shared, disableAfter: true })).toMatchObject({
    code: 'BAD_INPUT',
    details: { field: 'disableAfterRotating' },
  });
  expect(problemOf({ ...shared, keySpec: 'HMAC_256' })).toMatchObject({
    code: 'BAD_INPUT',
    details: { field: 'mapping' },
  });
});

it.each([
  ['payments-prod', 'payments-prod'],
  ['Payments (prod) 2026', 'Payments-prod-2026'],
  ['Zahlungen für Köln', 'Zahlungen-fur-Koln'],
  ['a/b', 'a/b'],
  ['alias/cards', 'cards'],
  ['aliases/cards', 'aliases/cards'],
])('lets the alias of "%s" follow the name: %s', (name, alias) => {
  expect(aliasFrom(name)).toBe(alias);
});

it('asks for an alias where none can be made of the name', () => {
  expect(() => aliasFrom('支払い')).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
  for (const name of ['aws/rds', 'alias/aws/rds', '/ aws/rds']) {
    expect(() => aliasFrom(name), name).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
  }
});
