import { createHash, randomBytes } from 'node:crypto';
import { OperationError } from '../../../../../shared/errors/operation-error.ts';
import { ecdsaVerify } from '../../../crypto/signature.ts';
import type { Handle } from './cryptoki.ts';
import { readPublicHalf } from './key-types.ts';
import { objectId } from './object-id.ts';
import { CKM, CKO } from './numbers.ts';
import type { Scope } from './open-token.ts';
import { auditPrivateTemplate, auditPublicTemplate, labels } from './templates.ts';

/** Enough to sign with, and to see whether a public key belongs to it. */
interface Pair {
  readonly privateKey: Handle;
  /** DER SubjectPublicKeyInfo. */
  readonly spki: Buffer;
}

/**
 * The public half of the signing key with this id. A pair is two objects, and a crash while it is
 * made leaves a public key alone (seen on SoftHSM: 40 of 399): such a half is removed, for nothing
 * was ever signed with it. Two private keys, or a private one alone, are left for a person.
 */
export function auditPublicKey(scope: Scope, name: string, create: boolean): Buffer | null {
  const id = objectId(name);
  const existing = findPair(scope, id);
  if (existing !== null) return existing.spki;
  if (!create) return null;
  scope.cryptoki.generatePair(
    scope.session,
    { mechanism: CKM.EC_KEY_PAIR_GEN },
    auditPublicTemplate(id, true),
    auditPrivateTemplate(id, true),
  );
  scope.objects.forgetAll();
  const made = findPair(scope, id);
  if (made === null) throw unclear('The signing key just made is not on the token.');
  requirePrivate(scope, made.privateKey);
  return made.spki;
}

/** ECDSA over SHA-256 of `message`: r || s, 64 bytes. */
export function signAudit(scope: Scope, name: string, message: Uint8Array): Buffer {
  const query = { ...ours(CKO.PRIVATE_KEY), ID: objectId(name) };
  const key = scope.objects.one(scope.session, query);
  if (key === null) throw unclear('The token does not hold exactly one signing key with this id.');
  return signHash(scope, key, message);
}

/** Makes a session pair, signs, and checks in software: what the probe asks. */
export function trySigning(scope: Scope): boolean {
  const id = randomBytes(16);
  const pair = scope.cryptoki.generatePair(
    scope.session,
    { mechanism: CKM.EC_KEY_PAIR_GEN },
    auditPublicTemplate(id, false),
    auditPrivateTemplate(id, false),
  );
  scope.temporary(pair.publicKey);
  scope.temporary(pair.privateKey);
  const message = randomBytes(32);
  const spki = readPublicKey(scope, pair.publicKey);
  return ecdsaVerify(spki, message, signHash(scope, pair.privateKey, message));
}

function findPair(scope: Scope, id: Buffer): Pair | null {
  const { session, objects } = scope;
  const privates = objects.all(session, { ...ours(CKO.PRIVATE_KEY), ID: id });
  const publics = objects.all(session, { ...ours(CKO.PUBLIC_KEY), ID: id });
  const [privateKey, ...more] = privates;
  if (more.length > 0) throw unclear(`${privates.length} signing keys have this id.`);
  if (privateKey === undefined) {
    for (const half of publics) scope.cryptoki.destroy(session, half);
    return null;
  }
  const challenge = randomBytes(32);
  const signature = signHash(scope, privateKey, challenge);
  let spki: Buffer | null = null;
  for (const publicKey of publics) {
    const candidate = readPublicKey(scope, publicKey);
    if (ecdsaVerify(candidate, challenge, signature)) spki = candidate;
    else scope.cryptoki.destroy(session, publicKey);
  }
  if (spki === null) throw unclear('The signing key has no public key on the token.');
  return { privateKey, spki };
}

function signHash(scope: Scope, key: Handle, message: Uint8Array): Buffer {
  const hash = createHash('sha256').update(message).digest();
  return scope.cryptoki.sign(scope.session, { mechanism: CKM.ECDSA }, key, hash);
}

/** Of the token's own signing keys, which are all P-256. */
const readPublicKey = (scope: Scope, key: Handle): Buffer =>
  readPublicHalf(scope, 'ECC_NIST_P256', key);

function requirePrivate(scope: Scope, key: Handle): void {
  const [sensitive, extractable] = scope.cryptoki.get(scope.session, key, [
    'SENSITIVE',
    'EXTRACTABLE',
  ]);
  if (sensitive?.[0] === 1 && extractable?.[0] === 0) return;
  throw unclear('The token made a signing key that can leave it.');
}

const ours = (kind: number): { CLASS: number; LABEL: string } => ({
  CLASS: kind,
  LABEL: labels.audit,
});

const unclear = (problem: string): OperationError => new OperationError('HSM_REFUSED', { problem });
