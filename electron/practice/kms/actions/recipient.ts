import { unsupported } from '../wire/failures.ts';
import { blob, oneOf, optional, structure } from '../wire/members.ts';

export const recipientField = optional(
  structure({
    KeyEncryptionAlgorithm: optional(oneOf(['RSAES_OAEP_SHA_256'])),
    AttestationDocument: optional(blob({ min: 1, max: 262_144 })),
  }),
);

/** Attestation documents come from Nitro enclaves; there are none here. */
export function requireNoRecipient(recipient: unknown): void {
  if (recipient === undefined) return;
  throw unsupported('The practice KMS cannot verify attestation documents.');
}
