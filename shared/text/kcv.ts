/** How a check value was made: the method as records and proofs spell it out. */
export const kcvMethods = {
  CMAC: 'CMAC, 5 bytes',
  ENC0: 'zero block encrypted, 3 bytes',
  HMAC: 'HMAC of a zero block, 5 bytes',
  SPKI: 'SHA-256 of the public key, 5 bytes',
} as const;

/** The same beside a value in a list or a pane; a master key has methods of its own. */
export const kcvNames = {
  CMAC: 'CMAC',
  ENC0: 'ENC0',
  KWP0: 'KWP0',
  KW0: 'KW0',
  HMAC: 'HMAC',
  SPKI: 'SHA-256 of the public key',
} as const;

/** A KCV as it was typed or pasted, without what people put between its digits. */
export const plainKcv = (typed: string): string => typed.replaceAll(/[\s:-]/g, '').toUpperCase();
