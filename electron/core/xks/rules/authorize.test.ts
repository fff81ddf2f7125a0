import { describe, expect, it } from 'vitest';
import type { RequestMetadata } from '../wire/requests.ts';
import { accountOf, checkAccounts, checkRules } from './authorize.ts';
import { matchesArn, matchesGlob } from './glob.ts';
import type { Rule } from './rule.ts';

const metadata: RequestMetadata = {
  kmsRequestId: 'r-1',
  kmsOperation: 'Decrypt',
  awsPrincipalArn: 'arn:aws:iam::111122223333:user/Alice',
  kmsKeyArn: 'arn:aws:kms:us-east-2:111122223333:key/k-1',
  kmsViaService: 'ebs',
  awsSourceVpc: null,
  awsSourceVpce: null,
};
const rule = (effect: string, when: Rule['when'], id = effect): Rule => ({ id, effect, when });
const check = (...rules: Rule[]) => checkRules({ mode: 'enforce', rules }, metadata);

describe('patterns', () => {
  it.each([
    ['*', '', true],
    ['', '', true],
    ['', 'a', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['*b*', 'abc', true],
    ['a*c', 'abcabc', true],
    ['a*c', 'abcab', false],
    ['**', 'x', true],
    ['.*', 'x', false],
    ['a*', 'A', false],
    ['arn:aws:iam::1:*', 'arn:aws:iam::1:user/a', true],
  ])('%j and %j: %s', (pattern, text, expected) => {
    expect(matchesGlob(pattern, text)).toBe(expected);
  });

  it('stays quick with a pattern made to be slow', () => {
    expect(matchesGlob(`${'*a'.repeat(200)}b`, 'a'.repeat(2048))).toBe(false);
  });
});

describe('patterns of an ARN that lets something in', () => {
  const mine = 'arn:aws:iam::111122223333:role/payments';
  it.each([
    ['*', mine, true],
    ['*', 'AWS Internal', true],
    ['*role/payments', mine, true],
    ['arn:*', mine, true],
    ['arn:aws:iam::1111*', mine, true],
    ['arn:aws:iam::111122223333:role/*', mine, true],
    ['arn:aws:*::111122223333:*', 'arn:aws:sts::111122223333:assumed-role/payments/a:b', true],
    ['arn:aws:iam::*:role/pay*', mine, true],
    [
      'arn:aws:*::111122223333:*',
      'arn:aws:iam::444455556666:role/x::111122223333:y/payments',
      false,
    ],
    ['arn:*:111122223333:*', 'arn:aws:iam::444455556666:role/x:111122223333:y', false],
    ['arn:aws:iam::?11122223333:role/a', 'arn:aws:iam:::11122223333:role/a', false],
    ['arn:aws:iam::111122223333:role/*', 'arn:aws:iam::111122223333', false],
    ['ARN:aws:*', mine, false],
  ])('%j and %j: %s', (pattern, text, expected) => {
    expect(matchesArn(pattern, text)).toBe(expected);
  });

  it('keep somebody out whose name has the account that is asked for in it, and one who is denied, too', () => {
    const when = { awsPrincipalArn: ['arn:aws:*::111122223333:*'] };
    const awsPrincipalArn = 'arn:aws:iam::444455556666:user/x::111122223333:y/eve';
    const eve = { ...metadata, awsPrincipalArn };
    for (const effect of ['allow', 'deny']) {
      const rules = [rule(effect, when)];
      expect(checkRules({ mode: 'enforce', rules }, eve).allowed).toBe(false);
    }
  });
});

describe('owner accounts', () => {
  it.each([
    ['arn:aws:kms:us-east-2:111122223333:key/k', '111122223333'],
    ['arn:aws-cn:kms:cn-north-1:111122223333:key/k', '111122223333'],
    ['arn:aws:kms:us-east-2:1111:key/k', null],
    ['arn:aws:s3:us-east-2:111122223333:key/k', null],
    ['arn:aws:kms:us-east-2:111122223333:key/k:111122224444', null],
    ['111122223333', null],
  ])('%s is of %s', (arn, account) => {
    expect(accountOf(arn)).toBe(account);
  });

  it('let their own keys in, and nothing else', () => {
    expect(checkAccounts(['111122223333'], metadata).allowed).toBe(true);
    expect(checkAccounts(['444455556666'], metadata)).toEqual({
      allowed: false,
      by: 'owner-accounts',
    });
    expect(checkAccounts([], metadata).allowed).toBe(false);
    expect(checkAccounts(['1'], { ...metadata, kmsKeyArn: null }).allowed).toBe(true);
    expect(checkAccounts(null, metadata).allowed).toBe(true);
  });
});

describe('rules', () => {
  it('allow everything while there are none', () => {
    expect(check()).toEqual({ allowed: true, by: null });
  });

  it.each<[string, Rule['when'], boolean]>([
    ['the principal', { awsPrincipalArn: ['arn:aws:iam::111122223333:user/*'] }, true],
    ['another principal', { awsPrincipalArn: ['arn:aws:iam::111122223333:role/*'] }, false],
    ['the key', { kmsKeyArn: ['*:key/k-1'] }, true],
    ['another key', { kmsKeyArn: ['*:key/k-2'] }, false],
    ['one of two operations', { kmsOperation: ['Encrypt', 'Decrypt'] }, true],
    ['another operation', { kmsOperation: ['Encrypt'] }, false],
    ['the service', { kmsViaService: ['ebs'] }, true],
    [
      'two conditions of which one fails',
      { kmsViaService: ['ebs'], kmsOperation: ['Encrypt'] },
      false,
    ],
    ['a value that is absent', { awsSourceVpc: ['*'] }, false],
    ['no condition', {}, true],
  ])('allow only: %s', (_, when, allowed) => {
    expect(check(rule('allow', when)).allowed).toBe(allowed);
  });

  it.each<[string, Rule['when'], boolean]>([
    ['the principal', { awsPrincipalArn: ['*Alice'] }, false],
    ['another one', { awsPrincipalArn: ['*Bob'] }, true],
    ['a value that is absent', { awsSourceVpce: ['vpce-1'] }, false],
    [
      'an absent value beside one that does not fit',
      { awsSourceVpce: ['*'], kmsViaService: ['s3'] },
      true,
    ],
  ])('deny: %s', (_, when, allowed) => {
    expect(check(rule('deny', when)).allowed).toBe(allowed);
  });

  it('deny before they allow, and name who decided', () => {
    const all = rule('allow', {}, 'all');
    expect(check(all, rule('deny', { kmsOperation: ['Decrypt'] }, 'no-decrypt'))).toEqual({
      allowed: false,
      by: 'no-decrypt',
    });
    expect(check(rule('deny', { kmsOperation: ['Encrypt'] }), all)).toEqual({
      allowed: true,
      by: 'all',
    });
    expect(check(rule('allow', { kmsOperation: ['x'] }))).toEqual({
      allowed: false,
      by: 'no-allow-fits',
    });
  });

  it('refuse what they do not know', () => {
    expect(check(rule('allow', {}), rule('allow', { tag: ['a'] }, 'new')).by).toBe('new');
    expect(check(rule('allow', {}), rule('audit', {}, 'odd'))).toEqual({
      allowed: false,
      by: 'odd',
    });
  });
});
