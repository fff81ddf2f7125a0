import { createHmac } from 'node:crypto';
import { blob, boolean, oneOf, optional, required } from '../wire/members.ts';
import type { Call } from '../world.ts';
import { grantTokens, keyIdField } from './fields.ts';
import { openForUse } from './key-use.ts';

/** As AWS was seen to list them. */
const macAlgorithms = ['HMAC_SHA_384', 'HMAC_SHA_256', 'HMAC_SHA_224', 'HMAC_SHA_512'] as const;
type MacAlgorithm = (typeof macAlgorithms)[number];

/** Members that GenerateMac and VerifyMac share. */
export const macFields = {
  ...keyIdField,
  Message: required(blob({ min: 1, max: 4096 })),
  MacAlgorithm: required(oneOf(macAlgorithms)),
  GrantTokens: grantTokens,
  DryRun: optional(boolean),
};

interface MacRequest {
  readonly KeyId: string;
  readonly Message: Buffer;
  readonly MacAlgorithm: MacAlgorithm;
}

/** The key and the code of the message under it. */
export function macOf(call: Call, operation: 'GenerateMac' | 'VerifyMac', request: MacRequest) {
  const algorithm = request.MacAlgorithm;
  const usage = 'GENERATE_VERIFY_MAC';
  const using = { operation, keyId: request.KeyId, usage, algorithm } as const;
  const { key, material } = openForUse(call, using);
  const hash = `sha${algorithm.slice('HMAC_SHA_'.length)}`;
  return { key, mac: createHmac(hash, material).update(request.Message).digest() };
}
