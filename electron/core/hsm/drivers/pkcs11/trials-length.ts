import { randomBytes } from 'node:crypto';
import { kwpUnwrap, kwpWrap } from '../../../crypto/key-wrap.ts';
import { CryptokiError } from './cryptoki-error.ts';
import { putKnownKey } from './known-keys.ts';
import { attempt } from './means.ts';
import type { Scope } from './open-token.ts';
import { sessionAes, sessionSecret } from './templates.ts';

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

function openedLength(kek: Buffer, wrapped: Buffer): number | null {
  try {
    return kwpUnwrap(kek, wrapped).length;
  } catch {
    // It does not open as RFC 5649 at all, which the null says.
    return null;
  }
}
