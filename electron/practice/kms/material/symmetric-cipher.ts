import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const MAGIC = Buffer.from([0x01, 0x4b, 0x52, 0x50]);
const MATERIAL_ID_BYTES = 32;
const ACCOUNT_BYTES = 12;
const IV_BYTES = 12;
const TAG_BYTES = 16;

export type EncryptionContext = Readonly<Record<string, string>>;

/** Whose material made a ciphertext. `region` is empty for multi-Region keys. */
export interface CiphertextOrigin {
  readonly account: string;
  readonly region: string;
  readonly keyId: string;
  readonly materialId: string;
}

const shortText = (text: string): Buffer => {
  const bytes = Buffer.from(text, 'utf8');
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
};

function headerOf(origin: CiphertextOrigin): Buffer {
  return Buffer.concat([
    MAGIC,
    Buffer.from(origin.account, 'latin1'),
    shortText(origin.region),
    shortText(origin.keyId),
    Buffer.from(origin.materialId, 'hex'),
  ]);
}

/** Order of the pairs does not matter to AWS, so it must not matter here. */
function contextBytes(context: EncryptionContext): Buffer {
  const pairs = Object.entries(context).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.from(JSON.stringify(pairs), 'utf8');
}

/** AES-256-GCM under the material; header and encryption context are authenticated. */
export function encryptSymmetric(
  origin: CiphertextOrigin,
  material: Buffer,
  plaintext: Buffer,
  context: EncryptionContext,
): Buffer {
  const header = headerOf(origin);
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', material, iv);
  cipher.setAAD(Buffer.concat([header, contextBytes(context)]));
  const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([header, iv, cipher.getAuthTag(), body]);
}

export interface ParsedCiphertext {
  readonly origin: CiphertextOrigin;
  readonly header: Buffer;
  readonly rest: Buffer;
}

/** Undefined for bytes that no key of a practice KMS made. */
export function parseCiphertext(blob: Buffer): ParsedCiphertext | undefined {
  if (!blob.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  let at = MAGIC.length;
  const take = (length: number): Buffer => {
    const part = blob.subarray(at, at + length);
    at += length;
    return part;
  };
  const account = take(ACCOUNT_BYTES).toString('latin1');
  const region = take(take(1)[0] ?? 0).toString('utf8');
  const keyId = take(take(1)[0] ?? 0).toString('utf8');
  const materialId = take(MATERIAL_ID_BYTES).toString('hex');
  if (blob.length < at + IV_BYTES + TAG_BYTES + 1) return undefined;
  return {
    origin: { account, region, keyId, materialId },
    header: blob.subarray(0, at),
    rest: blob.subarray(at),
  };
}

/** Undefined when bytes or context were altered. */
export function decryptSymmetric(
  parsed: ParsedCiphertext,
  material: Buffer,
  context: EncryptionContext,
): Buffer | undefined {
  const iv = parsed.rest.subarray(0, IV_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', material, iv, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.concat([parsed.header, contextBytes(context)]));
  decipher.setAuthTag(parsed.rest.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  try {
    const body = decipher.update(parsed.rest.subarray(IV_BYTES + TAG_BYTES));
    return Buffer.concat([body, decipher.final()]);
  } catch {
    // The tag did not match; AWS gives no reason either.
    return undefined;
  }
}
