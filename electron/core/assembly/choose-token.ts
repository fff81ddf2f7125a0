import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { TokenStatus } from '../hsm/driver.ts';

/**
 * Bound by serial and label; a label alone will do while only one token has it.
 * @throws OperationError HSM_WRONG_TOKEN when none fits, or more than one
 */
export function chooseToken(
  tokens: readonly TokenStatus[],
  serial: string | undefined,
  label: string | undefined,
): TokenStatus {
  const ready = tokens.filter((token) => token.initialized);
  const [only, second] = ready.filter(
    (token) =>
      (serial === undefined || token.serial === serial) &&
      (label === undefined || token.label === label),
  );
  if (only && !second) return only;
  throw new OperationError('HSM_WRONG_TOKEN', {
    serial: serial ?? '',
    label: label ?? '',
    candidates: ready.map((token) => `${token.label} ${token.serial}`),
  });
}
