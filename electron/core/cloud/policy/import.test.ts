import { describe, expect, it } from 'vitest';
import { OperationError, type SafeDetails } from '../../../../shared/errors/operation-error.ts';
import { describePolicy } from './describe.ts';
import { importPolicy, parsePolicy } from './import.ts';

const account = '111122223333';
const root = `arn:aws:iam::${account}:root`;
const user = `arn:aws:iam::${account}:user/kms-push`;
const statement = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  Effect: 'Allow',
  Principal: { AWS: root },
  Action: 'kms:*',
  Resource: '*',
  ...more,
});
const policy = (...statements: Record<string, unknown>[]): Record<string, unknown> => ({
  Version: '2012-10-17',
  Statement: statements.length > 0 ? statements : [statement()],
});
const take = (value: unknown) =>
  importPolicy(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value, null, 2)));

function problemOf(value: unknown): SafeDetails {
  try {
    take(value);
  } catch (cause) {
    if (cause instanceof OperationError && cause.code === 'POLICY_INVALID') return cause.details;
    throw cause;
  }
  return { problem: 'none' };
}

describe('a policy file', () => {
  it('is read with what it says', () => {
    const read = take(
      policy(
        statement({ Sid: 'Root' }),
        statement({
          Principal: { AWS: [user, account] },
          Action: ['kms:Encrypt', 'kms:Describe*'],
        }),
      ),
    );
    expect(read.policy.statements).toHaveLength(2);
    expect(read.policy.statements[1]).toMatchObject({
      number: 2,
      sid: null,
      actions: { except: false, names: ['kms:Encrypt', 'kms:Describe*'] },
    });
    expect(read.remarks).toEqual([]);
    expect(read.bytes).toBe(Buffer.byteLength(read.text));
  });

  it('may begin with a byte order mark, which does not go to AWS', () => {
    const read = take(`\ufeff${JSON.stringify(policy())}`);
    expect(read.text.startsWith('{')).toBe(true);
  });

  it('may hold one statement without a list', () => {
    expect(take({ Version: '2012-10-17', Statement: statement() }).policy.statements).toHaveLength(
      1,
    );
  });

  it('says where a field is given twice, which JSON readers pass over', () => {
    const text =
      '{\n "Version": "2012-10-17",\n "Statement": [{\n  "Effect": "Deny",\n  "Effect": "Allow"\n }]\n}';
    expect(problemOf(text)).toMatchObject({
      problem: 'a field is given twice',
      line: 5,
      column: 3,
    });
    expect(problemOf('{"Statement": [], "Stat\\u0065ment": []}')).toMatchObject({
      problem: 'a field is given twice',
    });
  });

  it.each([
    ['nothing', '', { line: 1 }],
    ['half a policy', '{"Version": "2012-10-17",', { line: 1 }],
    ['text behind it', `${JSON.stringify(policy())} x`, { problem: 'something follows the end' }],
    ['a comment', '{ // hello\n}', { line: 1 }],
    ['a comma too many', '{"Version":"2012-10-17",}', { line: 1 }],
    ['single quotes', "{'Version': '2012-10-17'}", { line: 1 }],
    ['a line break in a string', '{"Id": "a\nb"}', { problem: 'a malformed string' }],
    ['an unknown escape', '{"Id": "\\x41"}', { problem: 'a malformed string' }],
    ['a number like 01', '{"Id": 01}', { line: 1 }],
    ['a list', '[]', { problem: 'a policy is one JSON object' }],
    ['deep nesting', '['.repeat(5000), { problem: 'nested too deep' }],
    ['no statements', { Version: '2012-10-17' }, { problem: 'no Statement' }],
    ['an empty list of statements', { Statement: [] }, {}],
    ['another version', { ...policy(), Version: '2020-01-01' }, {}],
    ['a version that is a number', { ...policy(), Version: 2012 }, {}],
    ['an unknown field', { ...policy(), Comment: 'x' }, { field: 'Comment' }],
    [
      'a field in another case',
      { version: '2012-10-17', Statement: [statement()] },
      { field: 'version', meant: 'Version' },
    ],
    ['an Id that is no text', { ...policy(), Id: 7 }, { problem: 'Id must be text' }],
  ])('is refused when it is %s', (_, value, details) => {
    const found = problemOf(value);
    expect(found['problem']).not.toBe('none');
    expect(found).toMatchObject(details);
  });

  it.each([
    ['no effect', { Effect: undefined }],
    ['another effect', { Effect: 'allow' }],
    ['no principal', { Principal: undefined }],
    ['both principals', { NotPrincipal: { AWS: root } }],
    ['an empty principal', { Principal: {} }],
    ['a principal that is a name', { Principal: 'kms-push' }],
    ['a principal of an unknown kind', { Principal: { Azure: 'x' } }],
    ['a user with a wildcard', { Principal: { AWS: `arn:aws:iam::${account}:user/*` } }],
    ['an account of eleven digits', { Principal: { AWS: '11112222333' } }],
    ['an empty list of principals', { Principal: { AWS: [] } }],
    ['no action', { Action: undefined }],
    ['both actions', { NotAction: 'kms:Decrypt' }],
    ['an action without a service', { Action: 'Decrypt' }],
    ['an empty action', { Action: [''] }],
    ['an action that is a number', { Action: [7] }],
    ['no resource', { Resource: undefined }],
    ['a resource that is a key id', { Resource: '1234abcd' }],
    ['a condition that is text', { Condition: 'x' }],
    ['a condition without keys', { Condition: { StringEquals: 'x' } }],
    ['a condition value that is null', { Condition: { StringEquals: { 'kms:ViaService': null } } }],
    ['an unknown field', { Actions: 'kms:*' }],
    ['a Sid that is a number', { Sid: 4 }],
  ])('is refused when its second statement has %s, naming the statement', (_, more) => {
    expect(problemOf(policy(statement(), statement(more)))).toMatchObject({
      statement: 2,
      line: expect.any(Number),
    });
  });

  it('is refused over 32 KB and when it is not UTF-8', () => {
    expect(problemOf(policy(statement({ Sid: 'x'.repeat(32_768) })))).toMatchObject({
      bytes: expect.any(Number),
    });
    expect(() => importPolicy(Buffer.from([0x7b, 0xff, 0x7d]))).toThrowError('POLICY_INVALID');
  });

  it('does not repeat long values in messages', () => {
    const found = problemOf(policy(statement({ Action: `x${'y'.repeat(5000)}` })));
    expect(JSON.stringify(found).length).toBeLessThan(400);
  });

  it('comes with remarks on what AWS would take and a person should see', () => {
    const remarks = take({
      Statement: [
        statement({ Principal: '*' }),
        statement({ Sid: 'A', Resource: 'arn:aws:kms:eu-west-1:111122223333:key/x' }),
        statement({ Sid: 'A', Principal: undefined, NotPrincipal: { AWS: user } }),
      ],
    }).remarks;
    expect(remarks).toHaveLength(5);
    expect(remarks.join('\n')).toContain('Statement 1 allows anybody');
  });
});

describe('its reading in words', () => {
  it('has one sentence for each statement', () => {
    const text = JSON.stringify(
      policy(
        statement({ Sid: 'Root' }),
        statement({
          Principal: {
            AWS: [user, `arn:aws:sts::${account}:assumed-role/admin/me`],
            Service: 'rds.amazonaws.com',
          },
          Action: ['kms:Encrypt', 'kms:Decrypt'],
          Condition: {
            StringEquals: {
              'kms:ViaService': ['rds.eu-west-1.amazonaws.com', 'ec2.eu-west-1.amazonaws.com'],
            },
            Bool: { 'aws:SecureTransport': true },
          },
        }),
        statement({
          Effect: 'Deny',
          Principal: undefined,
          NotPrincipal: { AWS: account },
          Action: undefined,
          NotAction: 'kms:DescribeKey',
        }),
      ),
    );
    expect(describePolicy(parsePolicy(text))).toEqual([
      `1. Root: Allows account ${account} (whoever its IAM policies let) to do everything with this key.`,
      `2. Allows user kms-push of account ${account}, assumed-role admin/me of account ${account} and the AWS service rds.amazonaws.com to do kms:Encrypt and kms:Decrypt, if kms:ViaService is rds.eu-west-1.amazonaws.com or ec2.eu-west-1.amazonaws.com and aws:SecureTransport is true.`,
      `3. Forbids everybody except account ${account} (whoever its IAM policies let) to do everything except kms:DescribeKey.`,
    ]);
  });
});
