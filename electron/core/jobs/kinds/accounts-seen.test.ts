import { afterEach, beforeEach, expect, it } from 'vitest';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { type TestKeystore, testKeystore } from '../../keystore/keystore.fixture.ts';
import { createAccountsSeen } from './accounts-seen.ts';

let keystore: TestKeystore;
beforeEach(() => {
  keystore = testKeystore();
});
afterEach(() => keystore[Symbol.dispose]());

function refused(error: OperationError): string | null {
  const { clock, credentials, credentialId, temporary } = keystore;
  const parts = { ports: { clock }, file: { store: temporary.store }, changed: () => undefined };
  createAccountsSeen(parts, credentials).refused(credentialId, error);
  return credentials.get(credentialId).problem;
}

it('notes why AWS did not take a credential, by its own name for it or in words', () => {
  const external = { name: 'ExpiredToken', at: 'GetCallerIdentity' };
  expect(refused(new OperationError('CREDENTIAL_REJECTED', {}, { external }))).toBe('ExpiredToken');
  const ours = refused(new OperationError('AWS_NOT_PRACTICE', { endpoint: 'http://127.0.0.1:9' }));
  expect(ours).toMatch(/^[a-z][^_]+ [^_]+$/i);
});
