import { Secret } from '../../core/kernel/secret.ts';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { unlockHeader } from '../../core/store/slots/unlock.ts';

/**
 * True when a passphrase opens a keystore, whether it is open just now or not. Writes nothing, and
 * zeroes the bytes. It costs what an unlock costs, so that guessing is as slow.
 */
export async function opensWith(path: string, passphrase: Uint8Array): Promise<boolean> {
  const secret = Secret.copyOf(passphrase);
  passphrase.fill(0);
  try {
    const { rootKey } = await unlockHeader(path, { passphrase: secret });
    rootKey.dispose();
    return true;
  } catch (error) {
    if (error instanceof OperationError) return false;
    throw error;
  } finally {
    secret.dispose();
  }
}
