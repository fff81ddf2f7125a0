import { ecdsaSign, makeSigningKey, spkiFingerprint } from '../crypto/signature.ts';
import type { Secret } from '../kernel/secret.ts';
import type { Store } from '../store/store.ts';

/** A key made for signing the audit log and for nothing else. ECDSA P-256, SHA-256, r || s. */
export interface AuditSigner {
  readonly kind: 'hsm' | 'software';
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer;
  /** SHA-256 of the public key, hex: what a verifier keeps elsewhere. */
  readonly fingerprint: string;
  sign(data: Buffer): Promise<Buffer>;
}

const row = 'audit.signer.software';
const binding = {
  table: 'setting',
  row,
  column: 'private-key',
  state: 'active',
  policy: 'audit-signing-only',
};

/** The signer sealed in the keystore, made on first use (inside a change of its own). */
export function softwareSigner(store: Store): AuditSigner {
  const kept = store.db
    .prepare<[string], string>('select value from setting where key = ?')
    .pluck()
    .get(row);
  const publicKey = kept === undefined ? make(store) : Buffer.from(kept, 'base64');
  return {
    kind: 'software',
    publicKey,
    fingerprint: spkiFingerprint(publicKey),
    async sign(data) {
      using privateKey: Secret = store.seals.open(binding);
      return ecdsaSign(privateKey, data);
    },
  };
}

function make(store: Store): Buffer {
  const pair = makeSigningKey();
  try {
    store.change(() => {
      store.db
        .prepare('insert into setting (key, value) values (?, ?)')
        .run(row, pair.publicKey.toString('base64'));
      store.seals.put(binding, pair.privateKey);
    });
    return pair.publicKey;
  } finally {
    pair.privateKey.dispose();
  }
}
