import { createHash } from 'node:crypto';
import { type ImportToken, openToken } from '../material/import-token.ts';
import {
  expirationModels,
  type ExpirationModel,
  type KeyRecord,
  type WrappingPair,
} from '../model/records.ts';
import { expiredToken, invalidToken, validation } from '../wire/failures.ts';
import {
  blob,
  oneOf,
  optional,
  type Parsed,
  required,
  string,
  structure,
  timestamp,
} from '../wire/members.ts';
import type { Call } from '../world.ts';
import { defineSlowAction } from './action.ts';
import { keyIdField, materialIdMember } from './fields.ts';
import { acceptMaterial, importTypes, settleKeyState } from './import-rules.ts';
import { noteTokenSpent, requireUnspentToken } from './import-tokens.ts';
import { openKey } from './key-access.ts';

const input = structure({
  ...keyIdField,
  ImportToken: required(blob({ min: 1, max: 6144 })),
  EncryptedKeyMaterial: required(blob({ min: 1, max: 6144 })),
  ValidTo: optional(timestamp),
  ExpirationModel: optional(oneOf(expirationModels)),
  ImportType: optional(oneOf(importTypes)),
  KeyMaterialDescription: optional(
    string({
      max: 256,
      pattern: /^[a-zA-Z0-9:/_\s.-]*$/,
      patternText: String.raw`^[a-zA-Z0-9:/_\s.-]+$`,
    }),
  ),
  KeyMaterialId: optional(materialIdMember),
});
type Input = Parsed<typeof input>;

const maxValidityMs = 365 * 24 * 60 * 60_000;

/** @throws ValidationException for a ValidTo that does not go with the model, is past, or too far. */
function readExpiry(
  call: Call,
  request: Input,
): { readonly model: ExpirationModel; readonly validTo: number | null } {
  const model = request.ExpirationModel ?? 'KEY_MATERIAL_EXPIRES';
  if (model === 'KEY_MATERIAL_DOES_NOT_EXPIRE') {
    if (request.ValidTo === undefined) return { model, validTo: null };
    throw validation(
      'A validTo date must not be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE',
    );
  }
  if (request.ValidTo === undefined) {
    throw validation('A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES');
  }
  if (request.ValidTo <= call.now) throw validation('The validTo date must be in the future');
  if (request.ValidTo > call.now + maxValidityMs) {
    throw validation('The validTo date must be within 365 days from now');
  }
  return { model, validTo: request.ValidTo };
}

/** @throws InvalidImportTokenException and ExpiredImportTokenException. */
function readToken(
  call: Call,
  request: Input,
  key: KeyRecord,
): { readonly token: ImportToken; readonly pair: WrappingPair } {
  const { seals, mischiefs, state } = call.world;
  const token = openToken(seals.importToken, request.ImportToken);
  if (token === undefined || token.keyArn !== key.arn) throw invalidToken();
  requireUnspentToken(call, key, request.ImportToken);
  if (mischiefs.of(call.caller.account).expireTokens || token.expiresAt <= call.now)
    throw expiredToken();
  const pair = state.pairs.find(token.pairId);
  if (pair === undefined) throw invalidToken();
  return { token, pair };
}

function open(call: Call, request: Input) {
  const key = openKey(call, 'ImportKeyMaterial', request.KeyId);
  return { key, expiry: readExpiry(call, request), ...readToken(call, request, key) };
}

export const importKeyMaterial = defineSlowAction({
  name: 'ImportKeyMaterial',
  input,
  prepare(call, request) {
    const { token, pair } = open(call, request);
    const { spec, algorithm } = token;
    return call.world.unwrap({ pair, spec, algorithm, bytes: request.EncryptedKeyMaterial });
  },
  act(call, request, bytes) {
    const { key, expiry, pair, token } = open(call, request);
    const accepted = acceptMaterial(call, key, bytes, {
      expirationModel: expiry.model,
      validTo: expiry.validTo,
      importType: request.ImportType,
      materialId: request.KeyMaterialId,
      description: request.KeyMaterialDescription,
    });
    call.effect({
      kind: 'material-imported',
      keyId: key.keyId,
      materialId: accepted.material.materialId,
      materialSha256: createHash('sha256').update(bytes).digest('hex'),
      importType: accepted.importType,
      materialState: accepted.material.state,
      wrappingKeyFingerprint: createHash('sha256').update(pair.spki).digest('hex'),
    });
    settleKeyState(call, key);
    noteTokenSpent(call, request.ImportToken, token.expiresAt);
    const shown =
      key.spec === 'SYMMETRIC_DEFAULT' ? { KeyMaterialId: accepted.material.materialId } : {};
    return { KeyId: key.arn, ...shown };
  },
});
