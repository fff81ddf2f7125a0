import { z } from 'zod';
import type { FailureCode } from '../../../../shared/errors/failures.ts';
import { isFailureCode } from '../../../../shared/errors/operation-error.ts';
import { keySpecNames, wrappingAlgorithms } from '../../../../shared/model/key-specs.ts';
import type { Method } from './methods.ts';

/** A byte string as it comes through structured clone: a Buffer in Node, a Uint8Array elsewhere. */
const bytes = z.instanceof(Uint8Array);
const short = z.string().max(512);
const kcv = z.strictObject({ method: z.enum(['CMAC', 'ENC0', 'HMAC', 'SPKI']), value: short });
const masterKcv = z.strictObject({ method: z.enum(['KWP0', 'KW0']), value: short });
const assurance = z.enum(['hardware', 'software-module', 'built-in-software', 'unknown-module']);
const blobMechanism = z.enum([
  'CKM_AES_KEY_WRAP_KWP',
  'CKM_AES_KEY_WRAP_PAD_RFC5649',
  'CKM_AES_KEY_WRAP',
]);
const keySpec = z.enum(keySpecNames);
const wrappingAlgorithm = z.enum(wrappingAlgorithms);
const identity = {
  label: short,
  serial: short,
  manufacturer: short,
  model: short,
  firmware: short,
};
const status = z.strictObject({
  ...identity,
  initialized: z.boolean(),
  pin: z.enum(['ok', 'count-low', 'final-try', 'locked', 'not-set']),
  loggedIn: z.boolean(),
  protectedAuthenticationPath: z.boolean(),
  assurance,
});
const master = z.strictObject({ id: short, tokenSerial: short, kcv: masterKcv });
const keyBlob = z.strictObject({
  spec: keySpec,
  wrapped: bytes,
  mechanism: blobMechanism,
  masterId: short,
  kcv,
  publicKey: bytes.nullable(),
});
const nothing = z.undefined();

/** What each call answers. */
export const answers = {
  open: status,
  tokens: z.array(status).max(256),
  initializeToken: status,
  end: nothing,
  status: status,
  login: status,
  logout: nothing,
  probe: z.strictObject({
    token: z.strictObject(identity),
    assurance,
    wrappingAlgorithms: z.array(wrappingAlgorithm),
    sendable: z.array(z.strictObject({ spec: keySpec, algorithm: wrappingAlgorithm })),
    blobMechanism: blobMechanism.nullable(),
    kcvMethod: z.literal('CMAC').nullable(),
    auditSigning: z.boolean(),
    dataObjects: z.boolean(),
    aesGcm: z.boolean(),
    findings: z.array(
      z.strictObject({
        id: short,
        ok: z.boolean(),
        sentence: short,
        external: short.optional(),
      }),
    ),
  }),
  findMasters: z.array(master),
  createMaster: master,
  tryMaster: master,
  generateKey: keyBlob,
  kcvOf: kcv,
  wrapForAws: z.strictObject({
    encryptedKeyMaterial: bytes,
    algorithm: wrappingAlgorithm,
    wrappingKeyFingerprint: z.string().regex(/^[0-9a-f]{64}$/),
    kcv,
  }),
  makeTransportKey: z.strictObject({
    blob: keyBlob,
    algorithm: z.enum(['RSAES_OAEP_SHA_256', 'RSAES_OAEP_SHA_1']),
  }),
  bringIn: keyBlob,
  createSlotKey: nothing,
  sealWithSlotKey: bytes,
  openWithSlotKey: bytes,
  installServiceKey: nothing,
  createServiceKey: nothing,
  removeServiceKey: z.boolean(),
  gcmEncrypt: bytes,
  gcmDecrypt: bytes,
  auditPublicKey: bytes.nullable(),
  signAudit: bytes,
  writeAnchor: nothing,
  readAnchor: bytes.nullable(),
} as const satisfies Record<Method, z.ZodType>;

export type Answer<M extends Method> = z.output<(typeof answers)[M]>;

const code = z.custom<FailureCode>((value) => typeof value === 'string' && isFailureCode(value));
const safe = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.null(),
  z.array(z.string()).readonly(),
]);
const failure = z.strictObject({
  code,
  details: z.record(z.string(), safe),
  external: z
    .strictObject({
      name: z.string(),
      at: z.string(),
      message: z.string().optional(),
      requestId: z.string().optional(),
    })
    .optional(),
});

/**
 * One frame from the bridge: answers in the order of the calls, but those to calls that came packed
 * and went well, which are packed as well.
 */
export const replyFrame = z.strictObject({
  packed: bytes.optional(),
  replies: z.array(
    z.union([
      z.strictObject({ seq: z.number().int(), ok: z.literal(true), value: z.unknown() }),
      z.strictObject({ seq: z.number().int(), ok: z.literal(false), failure }),
    ]),
  ),
});
export type ReplyFrame = z.output<typeof replyFrame>;
export type Reply = ReplyFrame['replies'][number];
