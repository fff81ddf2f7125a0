import { describe, expect, it } from 'vitest';
import { OperationError } from '../../../../../shared/errors/operation-error.ts';
import type { ExternalStore } from '../../../keystore/xks/rows.ts';
import type { DeedServices } from '../services.ts';
import {
  policyLine,
  readKeyPolicy,
  refusedTo,
  refusesTrial,
  requireKeyPolicy,
} from './key-policy.ts';

const account = '111122223333';
const user = `arn:aws:iam::${account}:user/kms-push`;
const store = { credentialId: 'c' } as ExternalStore;
const nobody = { credentialId: null } as ExternalStore;
const services = (principalArn: string | null) =>
  ({ credentials: { get: () => ({ name: 'ledger-kms', principalArn }) } }) as unknown as Pick<
    DeedServices,
    'credentials'
  >;
const known = services(user);

const text = (who: string, actions: object = { Action: 'kms:*' }): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: who }, ...actions, Resource: '*' }],
  });
const keptApart = text(account, { NotAction: ['kms:Encrypt', 'kms:Decrypt'] });

const problemOf = (policy: string, alias: string | null = null): unknown => {
  try {
    requireKeyPolicy(known, { store, text: policy, alias });
    return null;
  } catch (error) {
    return error instanceof OperationError ? [error.code, error.details['problem']] : error;
  }
};

describe('the key policy of a KMS key in an external key store', () => {
  it('is taken where AWS would take it', () => {
    expect(problemOf(text(account), 'ledger')).toBeNull();
    expect(problemOf(keptApart)).toBeNull();
  });

  it.each<[string, string, string | null, RegExp]>([
    ['is no JSON', '{', null, /./],
    ['is over 32 KB', ' '.repeat(32_769), null, /32 KB/],
    ['would lock the credential out', text('444455556666'), null, /could not change it any more/],
    [
      'forbids the alias asked for',
      text(account, { NotAction: 'kms:CreateAlias' }),
      'ledger',
      /kms:CreateAlias/,
    ],
  ])('is refused where it %s', (_, policy, alias, problem) => {
    expect(problemOf(policy, alias)).toEqual(['POLICY_INVALID', expect.stringMatching(problem)]);
  });

  it('may forbid an alias that nobody asks for', () => {
    expect(problemOf(text(account, { NotAction: 'kms:CreateAlias' }))).toBeNull();
  });

  it('says which calls it keeps from the credential, and whether the trial is among them', () => {
    expect(refusedTo(known, store, keptApart)).toEqual(['kms:Encrypt', 'kms:Decrypt']);
    expect(refusesTrial(refusedTo(known, store, keptApart))).toBe(true);
    const noDisable = text(account, { NotAction: 'kms:DisableKey' });
    expect(refusedTo(known, store, noDisable)).toEqual(['kms:DisableKey']);
    expect(refusesTrial(refusedTo(known, store, noDisable))).toBe(false);
    expect(refusedTo(known, store, null)).toEqual([]);
  });

  it('is read in words, with what a person should know', () => {
    const read = readKeyPolicy(known, store, keptApart);
    expect(read).toMatchObject({ statements: 1, bytes: keptApart.length });
    expect(read.warnings.join()).toContain(
      `does not let ${user} do this: kms:Encrypt, kms:Decrypt`,
    );
    expect(read.add).toContain('KeyreeveExternalKey');
    expect(readKeyPolicy(services(null), store, keptApart).warnings.join()).toContain(
      'ledger-kms was not tested yet',
    );
    expect(readKeyPolicy(known, nobody, keptApart).warnings.join()).toContain('no credential');
  });

  it('stands in the plan by its hash, and the default by its name', () => {
    expect(policyLine(null)).toContain("AWS's default");
    expect(policyLine(keptApart)).toMatch(/^Key policy: the one given \(1 statement, SHA-256 /);
    expect(policyLine(text(account))).not.toBe(policyLine(keptApart));
  });
});
