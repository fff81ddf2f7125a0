import { namedCurve } from '../../../crypto/elliptic-curves.ts';
import type { Template } from './cryptoki.ts';
import { CKK, CKO } from './numbers.ts';

/** Labels by which our own token objects are known again. */
export const labels = {
  master: 'keyreeve master',
  slot: 'keyreeve slot',
  audit: 'keyreeve audit',
  service: 'keyreeve service',
} as const;

const noUse = {
  ENCRYPT: false,
  DECRYPT: false,
  WRAP: false,
  UNWRAP: false,
  SIGN: false,
  VERIFY: false,
  DERIVE: false,
} as const;

/**
 * A secret key that may do nothing until a purpose is added. One purpose per key: a key that may
 * both wrap and decrypt, or unwrap and encrypt, gives away what it protects.
 */
const secretKey = {
  CLASS: CKO.SECRET_KEY,
  TOKEN: false,
  PRIVATE: true,
  SENSITIVE: true,
  EXTRACTABLE: false,
  ...noUse,
} as const satisfies Template;

const aesKey = { ...secretKey, KEY_TYPE: CKK.AES } as const satisfies Template;

/** AES-256 session object with one purpose, named by the extra attributes. */
export const sessionAes = (purpose: Template): Template => ({ ...aesKey, ...purpose });
/** Generic secret session object (HMAC key) that may leave wrapped. */
export const sessionSecret = (purpose: Template): Template => ({
  ...secretKey,
  KEY_TYPE: CKK.GENERIC_SECRET,
  ...purpose,
});

/** May leave the token wrapped, and nothing else. */
export const exportable: Template = sessionAes({ EXTRACTABLE: true });

const privateKey = {
  CLASS: CKO.PRIVATE_KEY,
  TOKEN: false,
  PRIVATE: true,
  SENSITIVE: true,
  EXTRACTABLE: false,
  DECRYPT: false,
  SIGN: false,
  UNWRAP: false,
  DERIVE: false,
} as const satisfies Template;

const keyTypes = { rsa: CKK.RSA, ecc: CKK.EC } as const;

/** RSA or elliptic-curve session object with one purpose, named by the extra attributes. */
export const sessionPrivate = (family: keyof typeof keyTypes, purpose: Template): Template => ({
  ...privateKey,
  KEY_TYPE: keyTypes[family],
  ...purpose,
});

/** The public half of a pair that is made: read once, and used for nothing. */
export const sessionPublic = (family: keyof typeof keyTypes, size: Template): Template => ({
  CLASS: CKO.PUBLIC_KEY,
  KEY_TYPE: keyTypes[family],
  TOKEN: false,
  PRIVATE: false,
  ENCRYPT: false,
  VERIFY: false,
  WRAP: false,
  ...size,
});

/** Frozen: otherwise whoever is logged in could add CKA_DECRYPT to it later. */
const frozen = { MODIFIABLE: false } as const;

export const masterTemplate = (id: Buffer): Template => ({
  ...aesKey,
  TOKEN: true,
  LABEL: labels.master,
  ID: id,
  VALUE_LEN: 32,
  WRAP: true,
  UNWRAP: true,
  ...frozen,
});

export const slotKeyTemplate = (id: Buffer): Template => ({
  ...aesKey,
  TOKEN: true,
  LABEL: labels.slot,
  ID: id,
  VALUE_LEN: 32,
  ENCRYPT: true,
  DECRYPT: true,
  ...frozen,
});

/**
 * A key that is used for others, by an external key store. No length: it may be unwrapped. Copies
 * are allowed, for they can do no more; so it may be modified, because SoftHSM copies nothing else into
 * the session. Its flags are read again whenever a copy is renewed.
 */
export const serviceKeyTemplate = (id: Buffer): Template => ({
  ...aesKey,
  TOKEN: true,
  LABEL: labels.service,
  ID: id,
  ENCRYPT: true,
  DECRYPT: true,
});

export const auditPublicTemplate = (id: Buffer, token: boolean): Template => ({
  CLASS: CKO.PUBLIC_KEY,
  KEY_TYPE: CKK.EC,
  TOKEN: token,
  PRIVATE: false,
  LABEL: labels.audit,
  ID: id,
  VERIFY: true,
  EC_PARAMS: namedCurve('ECC_NIST_P256'),
});

export const auditPrivateTemplate = (id: Buffer, token: boolean): Template => ({
  CLASS: CKO.PRIVATE_KEY,
  KEY_TYPE: CKK.EC,
  TOKEN: token,
  PRIVATE: true,
  LABEL: labels.audit,
  ID: id,
  SENSITIVE: true,
  EXTRACTABLE: false,
  SIGN: true,
  DECRYPT: false,
  UNWRAP: false,
  DERIVE: false,
});

/** AWS's public key: a session object that may wrap and nothing else. */
export const wrappingKeyTemplate = (
  fingerprint: string,
  modulus: Buffer,
  exponent: Buffer,
): Template => ({
  CLASS: CKO.PUBLIC_KEY,
  KEY_TYPE: CKK.RSA,
  TOKEN: false,
  PRIVATE: false,
  LABEL: fingerprint,
  MODULUS: modulus,
  PUBLIC_EXPONENT: exponent,
  WRAP: true,
  ENCRYPT: false,
  VERIFY: false,
});
