import { createPrivateKey, randomBytes } from 'node:crypto';
import { kwpUnwrap, kwpWrap } from '../../../crypto/key-wrap.ts';
import { CryptokiError } from './cryptoki-error.ts';
import { putKnownKey } from './known-keys.ts';
import { attempt } from './means.ts';
import { CKM } from './numbers.ts';
import type { Scope } from './open-token.ts';
import {
  auditPrivateTemplate,
  auditPublicTemplate,
  sessionAes,
  sessionSecret,
} from './templates.ts';

export interface LengthTrial {
  /** Bytes that went in. */
  readonly length: number;
  /** Bytes that came out when opened in software; null when the token refused or it does not open. */
  readonly came: number | null;
  readonly exact: boolean;
  readonly external: string | null;
}

/** None is a multiple of 8: a module that pads before RFC 5649 gives itself away. */
const oddLengths = [20, 33, 67] as const;

/** Wraps generic secrets of odd lengths by `mechanism`, taken for RFC 5649, and opens them outside. */
export function tryLengths(scope: Scope, mechanism: number): LengthTrial[] {
  const kek = randomBytes(32);
  const kekHandle = putKnownKey(scope, kek, sessionAes({ WRAP: true }));
  return oddLengths.map((length) => {
    // the last byte is never zero, so that zeros added at the end can be told
    const value = Buffer.concat([randomBytes(length - 1), Buffer.from([0xff])]);
    const wrapped = attempt(() => {
      const secret = putKnownKey(scope, value, sessionSecret({ EXTRACTABLE: true }));
      return scope.cryptoki.wrap(scope.session, { mechanism }, kekHandle, secret);
    });
    if (wrapped instanceof CryptokiError) {
      return { length, came: null, exact: false, external: wrapped.result };
    }
    const exact = wrapped.equals(kwpWrap(kek, value));
    return { length, came: openedLength(kek, wrapped), exact, external: null };
  });
}

/** Wraps a P-256 private key and looks whether the PKCS#8 outside ends where its DER ends. */
export function tryPrivateKey(scope: Scope, mechanism: number): LengthTrial {
  const kek = randomBytes(32);
  const id = randomBytes(16);
  const wrapped = attempt(() => {
    const kekHandle = putKnownKey(scope, kek, sessionAes({ WRAP: true }));
    const pair = scope.cryptoki.generatePair(
      scope.session,
      { mechanism: CKM.EC_KEY_PAIR_GEN },
      auditPublicTemplate(id, false),
      { ...auditPrivateTemplate(id, false), EXTRACTABLE: true },
    );
    scope.temporary(pair.publicKey);
    const key = scope.temporary(pair.privateKey);
    return scope.cryptoki.wrap(scope.session, { mechanism }, kekHandle, key);
  });
  if (wrapped instanceof CryptokiError) {
    return { length: 0, came: null, exact: false, external: wrapped.result };
  }
  return judgeDer(kek, wrapped);
}

function judgeDer(kek: Buffer, wrapped: Buffer): LengthTrial {
  let der: Buffer;
  try {
    der = kwpUnwrap(kek, wrapped);
    createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  } catch {
    // Not RFC 5649, or no PKCS#8 inside: either way it is nothing that AWS could read.
    return { length: 0, came: null, exact: false, external: null };
  }
  // Node's parser overlooks bytes after the DER, AWS need not: compare with the length it states.
  const stated = statedLength(der);
  return { length: stated, came: der.length, exact: stated === der.length, external: null };
}

function statedLength(der: Buffer): number {
  const first = der[1] ?? 0;
  if (first < 0x80) return first + 2;
  const octets = first & 0x7f;
  return der.readUIntBE(2, octets) + 2 + octets;
}

function openedLength(kek: Buffer, wrapped: Buffer): number | null {
  try {
    return kwpUnwrap(kek, wrapped).length;
  } catch {
    // It does not open as RFC 5649 at all, which the null says.
    return null;
  }
}
