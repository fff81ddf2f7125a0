import {
  messageTypes,
  preparedLength,
  signingAlgorithms,
  takesRaw,
  type ToSign,
} from '../material/signatures.ts';
import { validation } from '../wire/failures.ts';
import { blob, boolean, oneOf, optional, required } from '../wire/members.ts';
import type { Call } from '../world.ts';
import { grantTokens, keyIdField } from './fields.ts';
import { openForUse } from './key-use.ts';

/** Members that Sign and Verify share. */
export const signingFields = {
  ...keyIdField,
  Message: required(blob({ min: 1, max: 4096 })),
  MessageType: optional(oneOf(messageTypes)),
  SigningAlgorithm: required(oneOf(signingAlgorithms)),
  GrantTokens: grantTokens,
  DryRun: optional(boolean),
};

interface SigningRequest {
  readonly KeyId: string;
  readonly Message: Buffer;
  readonly MessageType?: ToSign['type'];
  readonly SigningAlgorithm: ToSign['algorithm'];
}

/** @throws ValidationException for a message type or a digest that the algorithm does not take. */
function requireFitting({ algorithm, type, message }: ToSign): void {
  if (type === 'RAW') {
    if (takesRaw(algorithm)) return;
    throw validation(`MessageType ${type} is not supported for algorithm ${algorithm}.`);
  }
  const length = preparedLength(algorithm, type);
  if (length === null)
    throw validation(`MessageType ${type} is not supported for algorithm ${algorithm}.`);
  if (message.length !== length)
    throw validation(`Digest is invalid length for algorithm ${algorithm}.`);
}

export function openForSigning(call: Call, operation: 'Sign' | 'Verify', request: SigningRequest) {
  const algorithm = request.SigningAlgorithm;
  const type = request.MessageType ?? 'RAW';
  const using = {
    operation,
    keyId: request.KeyId,
    usage: 'SIGN_VERIFY',
    algorithm,
  } as const;
  const { key, material } = openForUse(call, using);
  const what: ToSign = { spec: key.spec, algorithm, material, message: request.Message, type };
  requireFitting(what);
  return { key, what };
}
