import { isFailureCode, OperationError } from '../../../shared/errors/operation-error.ts';
import type { KeyBlob, ServiceKey } from '../hsm/driver.ts';
import type { DeviceKey } from './serving/serving-set.ts';
import { XksFailure } from './wire/errors.ts';

const made = new WeakMap<DeviceKey, ServiceKey>();

/** A key of the serving set as the device takes it. */
export function keyOnDevice(key: DeviceKey): ServiceKey {
  const known = made.get(key);
  if (known !== undefined) return known;
  const { id, sealed } = key;
  const blob: KeyBlob | null =
    sealed === null
      ? null
      : {
          ...sealed,
          spec: 'SYMMETRIC_DEFAULT',
          wrapped: Buffer.from(sealed.wrapped, 'base64'),
          publicKey: null,
        };
  const ready = { id, blob };
  made.set(key, ready);
  return ready;
}

/** What KMS is told when the device did not do it. */
export function deviceFailure(error: unknown, api: 'Encrypt' | 'Decrypt'): XksFailure {
  if (!(error instanceof OperationError) || !isFailureCode(error.code)) {
    const name = error instanceof Error ? error.name : typeof error;
    return new XksFailure('InternalException', 'The proxy failed.', name);
  }
  const { code, external } = error;
  const detail = external === undefined ? code : `${code} ${external.name}`;
  if (code === 'HSM_KEY_DIFFERS' && api === 'Decrypt') {
    const message = 'The ciphertext, its label or the associated data is not what was encrypted.';
    return new XksFailure('InvalidCiphertextException', message, detail);
  }
  if (code === 'HSM_TIMEOUT') {
    return new XksFailure('DependencyTimeoutException', 'The key manager did not answer.', detail);
  }
  if (code === 'HSM_MASTER_MISSING') {
    return new XksFailure('KeyNotFoundException', 'The key manager does not hold the key.', detail);
  }
  return new XksFailure('InternalException', 'The key manager cannot be used now.', detail);
}
