import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type KeyObject,
  randomFillSync,
} from 'node:crypto';

const magicBytes = 4;
/** First byte: the form. The rest marks what a practice KMS made. */
const magicOf = (form: CiphertextForm): Buffer =>
  Buffer.from([form === 'own' ? 0x01 : 0x02, 0x4b, 0x52, 0x50]);
const materialIdBytes = 32;
const accountBytes = 12;
const ivBytes = 12;
const tagBytes = 16;

/** `double`: what the material made was encrypted once more by an external key. */
export type CiphertextForm = 'own' | 'double';

export type EncryptionContext = Readonly<Record<string, string>>;

/** Whose material made a ciphertext. `region` is empty for multi-Region keys. */
export interface CiphertextOrigin {
  readonly account: string;
  readonly region: string;
  readonly keyId: string;
  readonly materialId: string;
}

/** Headers that were made before, by what they say; keys in use are few. */
const headers = new Map<string, Buffer>();
const mostHeaders = 1000;

const shortText = (text: string): Buffer => {
  const bytes = Buffer.from(text, 'utf8');
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
};

/** To be read only. */
export function headerOf(origin: CiphertextOrigin, form: CiphertextForm): Buffer {
  const name = `${form} ${origin.account} ${origin.region} ${origin.keyId} ${origin.materialId}`;
  const known = headers.get(name);
  if (known !== undefined) return known;
  const header = Buffer.concat([
    magicOf(form),
    Buffer.from(origin.account, 'latin1'),
    shortText(origin.region),
    shortText(origin.keyId),
    Buffer.from(origin.materialId, 'hex'),
  ]);
  if (headers.size >= mostHeaders) headers.clear();
  headers.set(name, header);
  return header;
}

/** With raw bytes Node takes four times as long for a cipher; a key goes with its bytes. */
const keys = new WeakMap<Buffer, KeyObject>();

function keyOf(material: Buffer): KeyObject {
  const known = keys.get(material);
  if (known !== undefined) return known;
  const key = createSecretKey(material);
  keys.set(material, key);
  return key;
}

/** Order of the pairs does not matter to AWS, so it must not matter here. */
export function contextBytes(context: EncryptionContext): Buffer {
  const pairs = Object.entries(context).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.from(JSON.stringify(pairs), 'utf8');
}

/** Initialization vectors to come: the system is asked for many at once, which takes as long as one. */
const vectors = Buffer.alloc(ivBytes * 256);
let used = vectors.length;

function freshVector(): Buffer {
  if (used === vectors.length) {
    randomFillSync(vectors);
    used = 0;
  }
  used += ivBytes;
  return Buffer.from(vectors.subarray(used - ivBytes, used));
}

/** AES-256-GCM under the material; header and encryption context are authenticated. */
export function encryptSymmetric(
  origin: CiphertextOrigin,
  material: Buffer,
  plaintext: Buffer,
  context: EncryptionContext,
): Buffer {
  const header = headerOf(origin, 'own');
  return Buffer.concat([header, sealBehind(header, material, plaintext, context)]);
}

/** What goes behind a header: initialization vector, tag, ciphertext. */
export function sealBehind(
  header: Buffer,
  material: Buffer,
  plaintext: Buffer,
  context: EncryptionContext,
): Buffer {
  const iv = freshVector();
  const cipher = createCipheriv('aes-256-gcm', keyOf(material), iv);
  cipher.setAAD(Buffer.concat([header, contextBytes(context)]));
  // GCM leaves nothing for the end.
  const body = cipher.update(plaintext);
  cipher.final();
  return Buffer.concat([iv, cipher.getAuthTag(), body]);
}

export interface ParsedCiphertext {
  readonly form: CiphertextForm;
  readonly origin: CiphertextOrigin;
  readonly header: Buffer;
  readonly rest: Buffer;
}

const forms = ['own', 'double'] as const;

/** Undefined for bytes that no key of a practice KMS made. */
export function parseCiphertext(blob: Buffer): ParsedCiphertext | undefined {
  const magic = blob.subarray(0, magicBytes);
  const form = forms.find((each) => magic.equals(magicOf(each)));
  if (form === undefined) return undefined;
  let at = magicBytes;
  const take = (length: number): Buffer => {
    const part = blob.subarray(at, at + length);
    at += length;
    return part;
  };
  const account = take(accountBytes).toString('latin1');
  const region = take(take(1)[0] ?? 0).toString('utf8');
  const keyId = take(take(1)[0] ?? 0).toString('utf8');
  const materialId = take(materialIdBytes).toString('hex');
  if (blob.length < at + ivBytes + tagBytes + 1) return undefined;
  return {
    form,
    origin: { account, region, keyId, materialId },
    header: blob.subarray(0, at),
    rest: blob.subarray(at),
  };
}

/** Undefined when bytes or context were altered. */
export function decryptSymmetric(
  parsed: Pick<ParsedCiphertext, 'header' | 'rest'>,
  material: Buffer,
  context: EncryptionContext,
): Buffer | undefined {
  const iv = parsed.rest.subarray(0, ivBytes);
  const key = keyOf(material);
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes });
  decipher.setAAD(Buffer.concat([parsed.header, contextBytes(context)]));
  decipher.setAuthTag(parsed.rest.subarray(ivBytes, ivBytes + tagBytes));
  try {
    const body = decipher.update(parsed.rest.subarray(ivBytes + tagBytes));
    return Buffer.concat([body, decipher.final()]);
  } catch {
    // The tag did not match; AWS gives no reason either.
    return undefined;
  }
}
