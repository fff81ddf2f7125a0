import { createHash } from 'node:crypto';
import type { KeyRecord } from '../model/records.ts';
import { invalidToken } from '../wire/failures.ts';
import type { Call } from '../world.ts';

const digest = (token: Buffer): string => createHash('sha256').update(token).digest('hex');

const refuses = (call: Call, point: 'token-reuse' | 'older-parameters'): boolean =>
  call.world.openPoints.reading(point) === 'InvalidImportTokenException';

/** Remembers what the stricter readings of AWS's guide need to know of a token. */
export function noteTokenIssued(
  call: Call,
  key: KeyRecord,
  token: Buffer,
  expiresAt: number,
): void {
  if (!refuses(call, 'older-parameters')) return;
  call.world.state.spentTokens.keepNewest(key.arn, digest(token), expiresAt);
}

/** Only where the open point `token-reuse` is read so that a token is good once. */
export function noteTokenSpent(call: Call, token: Buffer, expiresAt: number): void {
  if (refuses(call, 'token-reuse')) call.world.state.spentTokens.keep(digest(token), expiresAt);
}

/** @throws InvalidImportTokenException where a token is good for less than its 24 hours. */
export function requireUnspentToken(call: Call, key: KeyRecord, token: Buffer): void {
  const { state } = call.world;
  if (refuses(call, 'token-reuse') && state.spentTokens.has(digest(token))) {
    throw invalidToken();
  }
  if (!refuses(call, 'older-parameters')) return;
  const last = state.spentTokens.newest(key.arn);
  if (last !== undefined && last !== digest(token)) throw invalidToken();
}
