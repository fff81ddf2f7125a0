import { z } from 'zod';
import { canonicalBytes } from '../../crypto/canonical.ts';
import { canonicalJson } from '../../crypto/canonical-json.ts';
import { equalBytes, hmacSha256, sha256 } from '../../crypto/mac.ts';
import type { Secret } from '../../kernel/secret.ts';
import { innerKey } from '../keys.ts';

/** No header with sixteen slots comes near this; what is larger is not read. */
export const largestHeader = 64 * 1024;
export const mostSlots = 16;

const base64 = (most: number) =>
  z
    .string()
    .max(Math.ceil(most / 3) * 4)
    .regex(/^[A-Za-z0-9+/]+={0,2}$/);
const label = z.string().min(1).max(64);
const count = z.number().int().nonnegative();
const common = { id: z.uuid(), label, createdAt: count };
const kdf = z.strictObject({
  name: z.literal('argon2id'),
  memory: count,
  passes: count,
  lanes: count,
  salt: base64(64),
});
const token = z.strictObject({ serial: z.string().min(1).max(64) });

const passphraseSlot = z.strictObject({
  ...common,
  kind: z.literal('passphrase'),
  kdf,
  /** AES-256-GCM of the root key under the passphrase key. */
  wrapped: base64(128),
});
const hsmSlot = z.strictObject({
  ...common,
  kind: z.literal('hsm'),
  token,
  /** The root key sealed by a key that the HSM holds. */
  sealed: base64(1024),
});
const combinedSlot = z.strictObject({
  ...common,
  kind: z.literal('combined'),
  kdf,
  token,
  /** A random secret sealed by a key that the HSM holds; one half of the slot key. */
  sealed: base64(1024),
  wrapped: base64(128),
});
const slot = z.discriminatedUnion('kind', [passphraseSlot, hsmSlot, combinedSlot]);

const content = {
  format: z.literal('keyreeve key slots'),
  version: z.literal(1),
  storeId: z.uuid(),
  realm: z.enum(['practice', 'real']),
  /** Grows with every change of the slots; the store remembers the newest. */
  revision: z.number().int().positive(),
  slots: z.array(slot).min(1).max(mostSlots),
};
const headerFile = z.strictObject({
  ...content,
  mac: base64(32),
  checksum: z.string().regex(/^[0-9a-f]{64}$/),
});

export type Slot = z.output<typeof slot>;
export type PassphraseSlot = z.output<typeof passphraseSlot>;
export type HsmSlot = z.output<typeof hsmSlot>;
export type CombinedSlot = z.output<typeof combinedSlot>;
export interface SlotHeader {
  readonly storeId: string;
  readonly realm: 'practice' | 'real';
  readonly revision: number;
  readonly slots: readonly Slot[];
}
/** A header as it stood in a file: its MAC can be checked once the root key is known. */
export interface ReadHeader extends SlotHeader {
  readonly mac: Buffer;
}

/** The file's bytes: canonical JSON, a MAC under the root key, and a checksum against accidents. */
export function encodeHeader(header: SlotHeader, rootKey: Secret): Buffer {
  const body = contentOf(header);
  const mac = headerMac(header, rootKey).toString('base64');
  const checksum = sha256(canonicalJson({ ...body, mac })).toString('hex');
  return Buffer.from(`${canonicalJson({ ...body, mac, checksum })}\n`);
}

/** Reads a header file; null when it is damaged in any way that shows without a key. */
export function decodeHeader(bytes: Buffer): ReadHeader | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    // Not text, or not JSON: damaged is all there is to say.
    return null;
  }
  const file = headerFile.safeParse(parsed);
  if (!file.success) return null;
  const { checksum, ...rest } = file.data;
  if (sha256(canonicalJson(rest)).toString('hex') !== checksum) return null;
  if (new Set(rest.slots.map((each) => each.id)).size !== rest.slots.length) return null;
  const { storeId, realm, revision, slots, mac } = rest;
  return { storeId, realm, revision, slots, mac: Buffer.from(mac, 'base64') };
}

/** Was this header written by somebody who had the root key? */
export function headerIsGenuine(header: ReadHeader, rootKey: Secret): boolean {
  return equalBytes(headerMac(header, rootKey), header.mac);
}

/** What a slot's own encryption is bound to: every parameter of the slot and the store it is for. */
export function slotAad(storeId: string, slotToBind: Slot): Buffer {
  const { id, kind, createdAt } = slotToBind;
  const cost =
    slotToBind.kind === 'hsm'
      ? [null, null, null, null, null]
      : [
          slotToBind.kdf.name,
          slotToBind.kdf.memory,
          slotToBind.kdf.passes,
          slotToBind.kdf.lanes,
          slotToBind.kdf.salt,
        ];
  const serial = slotToBind.kind === 'passphrase' ? null : slotToBind.token.serial;
  return canonicalBytes('keyreeve key slot v1', [storeId, id, kind, createdAt, ...cost, serial]);
}

function headerMac(header: SlotHeader, rootKey: Secret): Buffer {
  using key = innerKey(rootKey, 'slot-header');
  return key.use((bytes) => hmacSha256(bytes, Buffer.from(canonicalJson(contentOf(header)))));
}

function contentOf({ storeId, realm, revision, slots }: SlotHeader) {
  return { format: 'keyreeve key slots', version: 1, storeId, realm, revision, slots: [...slots] };
}
