import { timingSafeEqual } from 'node:crypto';
import type { OneShotMac } from '../../../core/crypto/one-shot-mac.ts';
import { KmsFailure } from '../wire/failures.ts';
import { type Caller, callerIn, rootCaller } from '../principals/caller.ts';
import type { Directory } from '../principals/directory.ts';
import {
  invalidSignature,
  readClaim,
  type SignatureClaim,
  toAmzDate,
} from './authorization-header.ts';
import type { Seal } from './seal.ts';
import { readSessionToken, sessionCaller } from './sessions.ts';
import {
  canonicalRequest,
  type CredentialScope,
  scopeText,
  type SignableRequest,
  signatureOf,
  signingKey,
  stringToSign,
} from './sigv4.ts';

/** A caller whose signature was found right, and the region it signed for. */
export interface Authenticated {
  readonly caller: Caller;
  readonly region: string;
}

export interface AuthenticationDeps {
  readonly directory: Directory;
  readonly sessionSeal: Seal;
  /** Real milliseconds: signature age never follows the practice clock. */
  readonly realNow: () => number;
  /** What the Date header of replies says: whoever follows it signs with it. */
  readonly toldNow: () => number;
  /** The practice clock, by which session credentials expire. */
  readonly practiceNow: () => number;
  /** Account and region of unsigned requests; null refuses them. */
  readonly unsigned: { readonly account: string; readonly region: string } | null;
}

/** AWS accepts a signature made up to so long before or after its own time. */
const maxSkewMs = 5 * 60_000;
/** Derived keys are the same all day; the bound only matters to a client trying many scopes. */
const maxCachedKeys = 512;

const unrecognized = () =>
  new KmsFailure(
    'UnrecognizedClientException',
    'The security token included in the request is invalid.',
  );

const isFresh = (claim: SignatureClaim, now: number): boolean =>
  Math.abs(now - claim.signedAt) <= maxSkewMs;

function requireFresh(claim: SignatureClaim, now: number): void {
  const skew = now - claim.signedAt;
  if (skew > maxSkewMs) {
    throw invalidSignature(
      `Signature expired: ${claim.amzDate} is now earlier than ${toAmzDate(now - maxSkewMs)} (${toAmzDate(now)} - 5 min.)`,
    );
  }
  if (-skew > maxSkewMs) {
    throw invalidSignature(
      `Signature not yet current: ${claim.amzDate} is still later than ${toAmzDate(now + maxSkewMs)} (${toAmzDate(now)} + 5 min.)`,
    );
  }
}

function sameText(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Checks version 4 signatures. `services` are the credential scope services of the endpoint. */
export function createAuthenticator(deps: AuthenticationDeps) {
  const derived = new Map<string, Map<string, OneShotMac>>();

  function keyFor(secret: string, scope: CredentialScope): OneShotMac {
    const name = scopeText(scope);
    const ofSecret = derived.get(secret);
    const known = ofSecret?.get(name);
    if (known !== undefined) return known;
    if (derived.size >= maxCachedKeys) derived.clear();
    const keys =
      ofSecret === undefined || ofSecret.size >= maxCachedKeys
        ? new Map<string, OneShotMac>()
        : ofSecret;
    const key = signingKey(secret, scope);
    derived.set(secret, keys.set(name, key));
    return key;
  }

  function identify(claim: SignatureClaim, token: string | undefined) {
    const holder = deps.directory.findKey(claim.accessKeyId);
    if (holder !== undefined) {
      if (token !== undefined) throw unrecognized();
      const caller = callerIn(holder.caller, claim.scope.region);
      return { secret: holder.secretAccessKey, caller };
    }
    const session = token === undefined ? undefined : readSessionToken(deps.sessionSeal, token);
    if (session === undefined || session.accessKeyId !== claim.accessKeyId) throw unrecognized();
    return {
      secret: session.secretAccessKey,
      caller: sessionCaller(session, claim.scope.region, deps.directory),
      expiresAt: session.expiresAt,
    };
  }

  return function authenticate(
    request: SignableRequest,
    services: readonly string[],
  ): Authenticated {
    const claim = readClaim(request.headers, services);
    if (claim === null) {
      // A browser sends Origin; letting it in unsigned would hand every web page these keys.
      if (deps.unsigned === null || request.headers['origin'] !== undefined) {
        throw new KmsFailure('MissingAuthenticationTokenException', 'Missing Authentication Token');
      }
      return { caller: rootCaller(deps.unsigned.account), region: deps.unsigned.region };
    }
    const { secret, caller, expiresAt } = {
      expiresAt: Number.POSITIVE_INFINITY,
      ...identify(claim, request.headers['x-amz-security-token']),
    };
    if (!isFresh(claim, deps.toldNow())) requireFresh(claim, deps.realNow());
    const canonical = canonicalRequest(request, claim.signedHeaders);
    const key = keyFor(secret, claim.scope);
    const expected = signatureOf(key, stringToSign(claim.amzDate, claim.scope, canonical));
    if (!sameText(expected, claim.signature)) {
      throw invalidSignature(
        'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
      );
    }
    if (expiresAt <= deps.practiceNow()) {
      throw new KmsFailure(
        'ExpiredTokenException',
        'The security token included in the request is expired',
      );
    }
    return { caller, region: claim.scope.region };
  };
}
export type Authenticate = ReturnType<typeof createAuthenticator>;
