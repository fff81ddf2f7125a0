/** What KMS is given to sign with. Not an IAM credential. */
export interface XksCredential {
  /** 20 to 30 of A-Z and 2-7. */
  readonly accessKeyId: string;
  /** 43 to 64 of A-Z a-z 0-9 / + =, used as text. */
  readonly secretAccessKey: string;
}

export const accessKeyIdShape = /^[A-Z2-7]{20,30}$/;
export const secretAccessKeyShape = /^[A-Za-z0-9/+=]{43,64}$/;

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** A new one: 100 bits of name, 384 bits of secret. */
export function makeCredential(random: (length: number) => Buffer): XksCredential {
  const name = [...random(20)].map((byte) => base32[byte % 32]).join('');
  return { accessKeyId: name, secretAccessKey: random(48).toString('base64') };
}
