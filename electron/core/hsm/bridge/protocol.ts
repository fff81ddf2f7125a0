import { z } from 'zod';
import type { FailureCode } from '../../../../shared/errors/failures.ts';
import { isFailureCode } from '../../../../shared/errors/operation-error.ts';

/** What the bridge is told to open. Travels to the bridge only; the key is zeroed after sending. */
export type OpenSpec =
  | {
      readonly driver: 'pkcs11';
      /** Symlinks resolved. */
      readonly path: string;
      readonly sha256: string;
      readonly libraryParameters?: string;
      readonly serial: string;
      readonly label: string;
    }
  | { readonly driver: 'software' };

export interface ModuleSpec {
  readonly path: string;
  readonly sha256: string;
  readonly libraryParameters?: string;
}

export interface InitializeSpec extends ModuleSpec {
  readonly label: string;
  readonly soPin: Uint8Array;
  readonly pin: Uint8Array;
}

/** A byte string as it comes through structured clone: a Buffer in Node, a Uint8Array elsewhere. */
const bytes = z.instanceof(Uint8Array);
const short = z.string().max(512);
const kcv = z.strictObject({ method: z.enum(['CMAC', 'ENC0']), value: short });
const masterKcv = z.strictObject({ method: z.enum(['KWP0', 'KW0']), value: short });
const assurance = z.enum(['hardware', 'software-module', 'built-in-software', 'unknown-module']);
const blobMechanism = z.enum([
  'CKM_AES_KEY_WRAP_KWP',
  'CKM_AES_KEY_WRAP_PAD_RFC5649',
  'CKM_AES_KEY_WRAP',
]);
const wrappingAlgorithm = z.enum(['RSAES_OAEP_SHA_256', 'RSAES_OAEP_SHA_1']);
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
const nothing = z.undefined();

/**
 * What each call answers, and how long it may take (milliseconds). Reading 2 s, wrapping 5 s,
 * writing to the token and logging in 30 s, making RSA keys 120 s.
 */
export const calls = {
  open: { deadline: 30_000, answer: status },
  tokens: { deadline: 30_000, answer: z.array(status).max(256) },
  initializeToken: { deadline: 60_000, answer: status },
  end: { deadline: 2_000, answer: nothing },
  status: { deadline: 2_000, answer: status },
  login: { deadline: 30_000, answer: status },
  logout: { deadline: 5_000, answer: nothing },
  probe: {
    deadline: 120_000,
    answer: z.strictObject({
      token: z.strictObject(identity),
      assurance,
      wrappingAlgorithms: z.array(wrappingAlgorithm),
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
  },
  findMasters: { deadline: 10_000, answer: z.array(master) },
  createMaster: { deadline: 30_000, answer: master },
  tryMaster: { deadline: 10_000, answer: master },
  generateAes256: {
    deadline: 10_000,
    answer: z.strictObject({ wrapped: bytes, mechanism: blobMechanism, masterId: short, kcv }),
  },
  kcvOf: { deadline: 5_000, answer: kcv },
  wrapForAws: {
    deadline: 5_000,
    answer: z.strictObject({
      encryptedKeyMaterial: bytes,
      algorithm: wrappingAlgorithm,
      wrappingKeyFingerprint: z.string().regex(/^[0-9a-f]{64}$/),
      kcv,
    }),
  },
  createSlotKey: { deadline: 30_000, answer: nothing },
  sealWithSlotKey: { deadline: 5_000, answer: bytes },
  openWithSlotKey: { deadline: 5_000, answer: bytes },
  auditPublicKey: { deadline: 30_000, answer: bytes.nullable() },
  signAudit: { deadline: 5_000, answer: bytes },
  writeAnchor: { deadline: 30_000, answer: nothing },
  readAnchor: { deadline: 5_000, answer: bytes.nullable() },
} as const satisfies Record<string, { deadline: number; answer: z.ZodType }>;

export type Method = keyof typeof calls;
export type Answer<M extends Method> = z.output<(typeof calls)[M]['answer']>;

/** Calls that may take long: what was answered before is sent off before one of them begins. */
export const slow: readonly Method[] = [
  'open',
  'tokens',
  'initializeToken',
  'login',
  'probe',
  'createMaster',
  'createSlotKey',
  'auditPublicKey',
];

export interface Call {
  readonly seq: number;
  readonly method: Method;
  readonly args: readonly unknown[];
}

/** One frame to the bridge: all calls of one turn of the event loop, in order. */
export interface CallFrame {
  readonly calls: readonly Call[];
}

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

/** One frame from the bridge: answers in the order of the calls. */
export const replyFrame = z.strictObject({
  replies: z.array(
    z.union([
      z.strictObject({ seq: z.number().int(), ok: z.literal(true), value: z.unknown() }),
      z.strictObject({ seq: z.number().int(), ok: z.literal(false), failure }),
    ]),
  ),
});
export type ReplyFrame = z.output<typeof replyFrame>;
export type Reply = ReplyFrame['replies'][number];
