import { describe, expect, it } from 'vitest';
import type { Failure } from '../../../shared/errors/operation-error.ts';
import { policyStatement } from './policy-statement.ts';

const place = { account: '111122223333', region: 'eu-west-1', alias: 'ledger-prod' };
const denied = (permission: string, resource?: string): Failure => ({
  code: 'AWS_ACCESS_DENIED',
  details: { permission, ...(resource === undefined ? {} : { resource }) },
});
const statement = (failure: Failure, at: Parameters<typeof policyStatement>[1] = place): unknown =>
  JSON.parse(policyStatement(failure, at) ?? 'null');

describe('the statement that was missing', () => {
  it('names the key that AWS named', () => {
    const key = 'arn:aws:kms:eu-west-1:111122223333:key/a81c';
    expect(statement(denied('kms:ImportKeyMaterial', key))).toEqual({
      Sid: 'KeyreeveImportKeyMaterial',
      Effect: 'Allow',
      Action: 'kms:ImportKeyMaterial',
      Resource: key,
    });
  });

  it('names alias and keys for a move of the alias: AWS asks for both', () => {
    expect(statement(denied('kms:UpdateAlias'))).toMatchObject({
      Resource: [
        'arn:aws:kms:eu-west-1:111122223333:alias/ledger-prod',
        'arn:aws:kms:eu-west-1:111122223333:key/*',
      ],
    });
  });

  it('names everything only where AWS knows no narrower way', () => {
    expect(statement(denied('kms:CreateKey'))).toMatchObject({ Resource: '*' });
  });

  it('stays within the account where AWS named nothing', () => {
    expect(statement(denied('kms:DescribeKey'), { ...place, region: 'cn-north-1' })).toMatchObject({
      Resource: 'arn:aws-cn:kms:cn-north-1:111122223333:key/*',
    });
    expect(statement(denied('kms:DescribeKey'), { ...place, account: null })).toMatchObject({
      Resource: '*',
    });
  });

  it('is there for a missing permission only', () => {
    expect(policyStatement({ code: 'AWS_LIMIT', details: {} }, place)).toBeNull();
  });
});
