import { z } from 'zod';
import { nothing, op, secretBytes } from './op.ts';
import { absolutePath, assurance, failure, time, tokenPlace } from './shapes.ts';

const pin = secretBytes(256);
/** A master key may wrap but not encrypt: its check value is a wrapped key of zeros. */
const masterKcv = z.strictObject({ method: z.enum(['KWP0', 'KW0']), value: z.string() });

export const tokenView = z.strictObject({
  label: z.string(),
  serial: z.string(),
  manufacturer: z.string(),
  model: z.string(),
  firmware: z.string(),
  initialized: z.boolean(),
  pin: z.enum(['ok', 'count-low', 'final-try', 'locked', 'not-set']),
  assurance,
});

const probeView = z.strictObject({
  at: time,
  assurance,
  wrapping: z.string().nullable(),
  findings: z.array(
    z.strictObject({
      id: z.string(),
      ok: z.boolean(),
      sentence: z.string(),
      external: z.string().nullable(),
    }),
  ),
});

export const hsmStatus = z.strictObject({
  attached: z.boolean(),
  module: z.string().nullable(),
  moduleSha256: z.string().nullable(),
  token: tokenView.nullable(),
  state: z.enum(['none', 'ready', 'pin-needed', 'unavailable', 'wrong-token']),
  master: z
    .strictObject({ id: z.string(), kcv: masterKcv, secondCopy: z.string().nullable() })
    .nullable(),
  probe: probeView.nullable(),
});

export const hsmOps = {
  list: op({
    effect: 'read',
    needs: 'nothing',
    summary: 'List PKCS#11 modules on this computer and the tokens in them',
    input: z.strictObject({ module: absolutePath.optional() }),
    output: z.strictObject({
      modules: z.array(
        z.strictObject({
          path: z.string(),
          usable: z.boolean(),
          /** Why its tokens cannot be seen; null where they can. */
          failure: failure.nullable(),
          tokens: z.array(tokenView),
        }),
      ),
    }),
  }),
  status: op({
    effect: 'read',
    summary: 'Show the attached HSM, its token, its master key and what the probe found',
    input: nothing,
    output: hsmStatus,
  }),
  attach: op({
    effect: 'change',
    summary: 'Bind this keystore to one token, probe it, and find or make its master key',
    input: z.strictObject({
      ...tokenPlace.shape,
      pin: pin.optional(),
      /** A new master key is made only when a person asked for it. */
      createMaster: z.boolean().default(false),
      /** Where the second copy of the master key is kept; asked for in a real keystore. */
      secondCopy: z.string().max(500).nullable().default(null),
      /** Practice keystores and software modules only: set up an empty token first. */
      initializeToken: z.boolean().default(false),
      soPin: pin.optional(),
      /** A person has seen that the token reports few tries left. */
      confirmLastTry: z.boolean().default(false),
    }),
    output: hsmStatus,
    fails: [
      'HSM_MODULE_UNUSABLE',
      'HSM_UNAVAILABLE',
      'HSM_TIMEOUT',
      'HSM_WRONG_TOKEN',
      'HSM_PIN_NEEDED',
      'HSM_PIN_REFUSED',
      'HSM_PIN_LAST_TRY',
      'HSM_PIN_LOCKED',
      'HSM_MASTER_MISSING',
      'HSM_MASTER_DIFFERS',
      'HSM_CANNOT_SEND',
      'HSM_REFUSED',
      'REALM_MISMATCH',
    ],
  }),
  login: op({
    effect: 'change',
    summary: 'Try a PIN once',
    input: z.strictObject({
      pin,
      /** A person has seen that the token reports few tries left. */
      confirmed: z.boolean().default(false),
    }),
    output: hsmStatus,
    fails: [
      'HSM_NOT_ATTACHED',
      'HSM_UNAVAILABLE',
      'HSM_PIN_REFUSED',
      'HSM_PIN_LAST_TRY',
      'HSM_PIN_LOCKED',
      'HSM_WRONG_TOKEN',
    ],
  }),
  probe: op({
    effect: 'change',
    summary: 'Try what the token really does, with throw-away keys',
    input: nothing,
    output: hsmStatus,
    fails: ['HSM_NOT_ATTACHED', 'HSM_UNAVAILABLE', 'HSM_PIN_NEEDED', 'HSM_TIMEOUT'],
  }),
};
