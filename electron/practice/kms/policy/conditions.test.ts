import { describe, expect, test } from 'vitest';
import { failedCondition } from './conditions.ts';
import { type FactRecord, lazyFacts } from './facts.ts';
import { identityPolicySchema } from './statements.ts';

const facts: FactRecord = {
  'kms:keyspec': ['RSA_2048'],
  'kms:encryptioncontextkeys': ['Team', 'Stage'],
  'kms:encryptioncontext:team': ['Pay'],
  'kms:schedulekeydeletionpendingwindowindays': ['7'],
  'kms:multiregion': ['false'],
  'kms:validto': ['1767225600'],
  'kms:grantoperations': ['Encrypt', 'Decrypt'],
  'kms:resourcealiases': [],
  'aws:currenttime': ['2026-01-01T12:00:00.000Z'],
  'aws:epochtime': ['1767268800'],
  'aws:sourceip': ['127.0.0.1'],
  'aws:username': ['carol'],
  'aws:principalarn': ['arn:aws:iam::123456789012:role/team/push'],
  'aws:principaltag/star': ['a*'],
};

const holds = (Condition: object, Effect = 'Allow', Version = '2012-10-17'): boolean => {
  const Statement = { Effect, Action: '*', Resource: '*', Condition };
  const [statement] = identityPolicySchema.parse({ Version, Statement }).Statement;
  if (statement === undefined) throw new Error('no statement');
  return (
    failedCondition(
      statement,
      lazyFacts(() => facts),
    ) === null
  );
};

describe('operators', () => {
  test.each<[string, string, unknown, boolean]>([
    ['StringEquals', 'kms:KeySpec', 'RSA_2048', true],
    ['StringEquals', 'kms:KeySpec', ['ECC_NIST_P256', 'RSA_2048'], true],
    ['StringEquals', 'kms:KeySpec', 'rsa_2048', false],
    ['StringEquals', 'KMS:KEYSPEC', 'RSA_2048', true],
    ['StringEqualsIgnoreCase', 'kms:KeySpec', 'rsa_2048', true],
    ['StringLike', 'kms:KeySpec', 'RSA_*', true],
    ['StringLike', 'kms:KeySpec', 'RSA_?', false],
    ['StringLike', 'kms:KeySpec', 'RSA.2048', false],
    ['StringNotEquals', 'kms:KeySpec', ['ECC_NIST_P256', 'RSA_2048'], false],
    ['StringNotEquals', 'kms:KeySpec', 'ECC_NIST_P256', true],
    ['StringNotEqualsIgnoreCase', 'kms:KeySpec', 'rsa_2048', false],
    ['StringNotLike', 'kms:KeySpec', 'ECC*', true],
    ['StringEquals', 'kms:EncryptionContext:TEAM', 'Pay', true],
    ['StringEquals', 'kms:EncryptionContext:Team', 'pay', false],
    ['Bool', 'kms:MultiRegion', 'false', true],
    ['Bool', 'kms:MultiRegion', false, true],
    ['Bool', 'kms:MultiRegion', true, false],
    ['NumericEquals', 'kms:ScheduleKeyDeletionPendingWindowInDays', '7', true],
    ['NumericEquals', 'kms:ScheduleKeyDeletionPendingWindowInDays', 7.0, true],
    ['NumericNotEquals', 'kms:ScheduleKeyDeletionPendingWindowInDays', '7', false],
    ['NumericLessThan', 'kms:ScheduleKeyDeletionPendingWindowInDays', '7', false],
    ['NumericLessThanEquals', 'kms:ScheduleKeyDeletionPendingWindowInDays', '7', true],
    ['NumericGreaterThan', 'kms:ScheduleKeyDeletionPendingWindowInDays', '6', true],
    ['NumericGreaterThanEquals', 'kms:ScheduleKeyDeletionPendingWindowInDays', '8', false],
    ['NumericEquals', 'kms:KeySpec', '7', false],
    ['DateEquals', 'kms:ValidTo', '2026-01-01T00:00:00Z', true],
    ['DateNotEquals', 'kms:ValidTo', '2026-01-01T00:00:00Z', false],
    ['DateLessThan', 'kms:ValidTo', '2026-01-01T00:00:01Z', true],
    ['DateGreaterThan', 'aws:CurrentTime', '2026-01-01T12:00:01Z', false],
    ['DateGreaterThanEquals', 'aws:CurrentTime', '1767268800', true],
    ['DateLessThanEquals', 'aws:EpochTime', '2026-01-01T12:00:00Z', true],
    ['IpAddress', 'aws:SourceIp', '127.0.0.0/8', true],
    ['IpAddress', 'aws:SourceIp', '127.0.0.1', true],
    ['IpAddress', 'aws:SourceIp', ['10.0.0.0/8', '::1/128'], false],
    ['NotIpAddress', 'aws:SourceIp', '10.0.0.0/8', true],
    ['ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::*:role/team/*', true],
    ['ArnEquals', 'aws:PrincipalArn', 'arn:*:role/team/push', false],
    ['ArnNotLike', 'aws:PrincipalArn', 'arn:aws:iam::123456789012:user/*', true],
    ['Null', 'kms:ViaService', 'true', true],
    ['Null', 'kms:KeySpec', 'true', false],
    ['Null', 'kms:EncryptionContextKeys', false, true],
    ['Null', 'kms:ResourceAliases', true, true],
  ])('%s %s %j: %s', (operator, key, wanted, result) => {
    expect(holds({ [operator]: { [key]: wanted } })).toBe(result);
  });
});

describe('a key that the request does not have', () => {
  test.each([
    ['StringEquals', false],
    ['StringLike', false],
    ['StringNotEquals', true],
    ['StringEqualsIfExists', true],
    ['StringNotEqualsIfExists', true],
    ['Bool', false],
    ['BoolIfExists', true],
    ['NumericLessThan', false],
    ['IpAddressIfExists', true],
    ['ForAllValues:StringEquals', true],
    ['ForAnyValue:StringEquals', false],
    ['ForAllValues:StringEqualsIfExists', true],
    ['ForAnyValue:StringNotEquals', false],
  ])('%s: %s', (operator, result) => {
    expect(holds({ [operator]: { 'kms:ViaService': 's3.eu-central-1.amazonaws.com' } })).toBe(
      result,
    );
  });
});

describe('sets', () => {
  test.each<[string, string, string[], boolean]>([
    ['ForAllValues:StringEquals', 'kms:GrantOperations', ['Encrypt', 'Decrypt', 'Sign'], true],
    ['ForAllValues:StringEquals', 'kms:GrantOperations', ['Encrypt'], false],
    ['ForAnyValue:StringEquals', 'kms:GrantOperations', ['Decrypt'], true],
    ['ForAnyValue:StringEquals', 'kms:GrantOperations', ['Sign'], false],
    ['ForAnyValue:StringNotEquals', 'kms:GrantOperations', ['Encrypt'], true],
    ['ForAllValues:StringNotEquals', 'kms:GrantOperations', ['Encrypt'], false],
    ['ForAllValues:StringNotEquals', 'kms:GrantOperations', ['Sign'], true],
    ['ForAllValues:StringLike', 'kms:EncryptionContextKeys', ['T*', 'S*'], true],
  ])('%s %s %j: %s', (operator, key, wanted, result) => {
    expect(holds({ [operator]: { [key]: wanted } })).toBe(result);
  });
});

describe('policy variables', () => {
  test.each<[string, string, string, boolean]>([
    ['the value of a key', 'aws:username', '${aws:username}', true],
    ['within a text', 'kms:EncryptionContext:Team', 'P${*}', false],
    ['a sign that stands for itself', 'aws:PrincipalTag/star', 'a${*}', true],
    ['a value is no pattern', 'kms:KeySpec', '${aws:PrincipalTag/star}', false],
    ['a default', 'kms:KeySpec', "${aws:PrincipalTag/none, 'RSA_2048'}", true],
    ['no value and no default', 'kms:KeySpec', '${aws:PrincipalTag/none}', false],
    ['around it wildcards work', 'aws:username', '*${aws:username}', true],
  ])('%s', (_name, key, wanted, result) => {
    expect(holds({ StringLike: { [key]: wanted } })).toBe(result);
  });

  test('exist since 2012; in an older policy they stand for themselves', () => {
    const condition = { StringEquals: { 'aws:username': '${aws:username}' } };
    expect(holds(condition)).toBe(true);
    expect(holds(condition, 'Allow', '2008-10-17')).toBe(false);
  });

  test('a Deny with a variable that has no value denies nobody by it', () => {
    const none = { StringEquals: { 'aws:username': '${aws:PrincipalTag/none}' } };
    expect(holds(none, 'Deny')).toBe(false);
  });
});

test('every condition has to hold', () => {
  const right = { StringEquals: { 'kms:KeySpec': 'RSA_2048' } };
  expect(holds({ ...right, Bool: { 'kms:MultiRegion': 'false' } })).toBe(true);
  expect(holds({ ...right, Bool: { 'kms:MultiRegion': 'true' } })).toBe(false);
});

test.each(['Sounds', 'stringEquals', 'StringEqualsIfexists', 'NullIfExists', 'Any:StringEquals'])(
  '%s is no operator',
  (operator) => {
    expect(() => holds({ [operator]: { a: 'b' } })).toThrow('no such condition operator');
  },
);
