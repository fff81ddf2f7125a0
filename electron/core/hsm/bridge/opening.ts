import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { Secret } from '../../kernel/secret.ts';
import type { TokenStatus } from '../driver.ts';
import { inspectModule, type ModuleFile } from '../module-file.ts';
import type { AttachTarget } from './bridge.ts';
import type { BridgeConnection } from './connection.ts';
import { bytesOf, type KeptPin } from './kept-pin.ts';
import type { OpenSpec } from './specs.ts';

/**
 * What a new bridge process is told to open. The module file is looked at each time; once it was
 * attached, another file in its place is refused.
 * @throws OperationError BAD_INPUT, HSM_MODULE_UNUSABLE
 */
export async function openSpec(
  target: AttachTarget,
  attachedSha256: string | undefined,
): Promise<{ spec: OpenSpec; module: ModuleFile | null }> {
  if (target.driver === 'software') return { spec: { driver: 'software' }, module: null };
  const module = await inspectModule(target.module, target.moduleSha256 ?? attachedSha256);
  const parameters = target.libraryParameters;
  const spec: OpenSpec = {
    driver: 'pkcs11',
    path: module.resolved,
    sha256: module.sha256,
    ...(parameters === undefined ? {} : { libraryParameters: parameters }),
    serial: target.tokenSerial,
    label: target.tokenLabel,
  };
  return { spec, module };
}

/**
 * The one login of a new process that no person asked for: with the key of the built-in device, or
 * with a PIN that was right before, while the token reports all its tries. A PIN that is refused is
 * forgotten, and the process stays without login.
 */
export async function automaticLogin(
  connection: BridgeConnection,
  opened: TokenStatus,
  secret: Secret | KeptPin,
): Promise<TokenStatus> {
  if (opened.loggedIn || opened.pin !== 'ok') return opened;
  const copy = secret instanceof Secret ? bytesOf(secret) : secret.copy();
  if (copy === null) return opened;
  try {
    return await connection.call('login', [copy], [copy]);
  } catch (error) {
    if (secret instanceof Secret || !isPinError(error)) throw error;
    secret.refused(error.code);
    return connection.call('status', []);
  }
}

/**
 * Refuses a person's PIN before it is tried, while a wrong one could lock the token.
 * @throws OperationError HSM_PIN_LAST_TRY, HSM_PIN_LOCKED, HSM_PIN_REFUSED when none was ever set
 */
export function requireTriesLeft(status: TokenStatus, confirmed: boolean): void {
  if (confirmed || status.pin === 'ok') return;
  const details = { pin: status.pin, token: status.label, serial: status.serial };
  if (status.pin === 'locked') throw new OperationError('HSM_PIN_LOCKED', details);
  if (status.pin === 'not-set') throw new OperationError('HSM_PIN_REFUSED', details);
  throw new OperationError('HSM_PIN_LAST_TRY', details);
}

const isPinError = (error: unknown): error is OperationError =>
  error instanceof OperationError &&
  (error.code === 'HSM_PIN_REFUSED' || error.code === 'HSM_PIN_LOCKED');
