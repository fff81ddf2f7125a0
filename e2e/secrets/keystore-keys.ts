import { passphraseKey } from '../../electron/core/crypto/passphrase-kdf.ts';
import { Secret } from '../../electron/core/kernel/secret.ts';
import { type InnerPurpose, innerKey, outerKey } from '../../electron/core/store/keys.ts';
import { readHeaders } from '../../electron/core/store/slots/header-files.ts';
import { unlockHeader } from '../../electron/core/store/slots/unlock.ts';

/** Every purpose, or this does not compile. */
const inner: Record<InnerPurpose, true> = {
  db: true,
  seal: true,
  'state-root': true,
  'slot-header': true,
  'close-seal': true,
  'backup-manifest': true,
  'backup-increments': true,
};
const outer = ['software vault', 'anchor'];

/** The keys that open a keystore, told apart by name: the root key and all that hang from it. */
export async function keystoreKeys(path: string, passphrase: string): Promise<Map<string, Buffer>> {
  const keys = new Map<string, Buffer>();
  const keep = (name: string, secret: Secret): void => {
    keys.set(
      name,
      secret.use((bytes) => Buffer.from(bytes)),
    );
    secret.dispose();
  };
  using typed = Secret.copyOf(Buffer.from(passphrase));
  const { rootKey } = await unlockHeader(path, { passphrase: typed });
  for (const slot of readHeaders(path).candidates[0]?.slots ?? []) {
    if (slot.kind !== 'passphrase') continue;
    const salt = Buffer.from(slot.kdf.salt, 'base64');
    keep(`key of the slot ${slot.label}`, await passphraseKey(typed, salt, slot.kdf));
  }
  for (const purpose of Object.keys(inner) as InnerPurpose[]) {
    keep(`key for ${purpose}`, innerKey(rootKey, purpose));
  }
  for (const purpose of outer) keep(`key for ${purpose}`, outerKey(rootKey, purpose));
  keep('root key', rootKey);
  return keys;
}
