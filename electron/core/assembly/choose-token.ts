import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { TokenStatus } from '../hsm/driver.ts';

/** What a person said of the token that is meant. */
export interface TokenWish {
  readonly serial?: string | undefined;
  readonly label?: string | undefined;
  /** Serial of the token in use, which is meant where more than one fits. */
  readonly inUse?: string | undefined;
}

/**
 * Bound by serial and label; a label alone will do while only one token has it.
 * @throws OperationError HSM_WRONG_TOKEN when none fits; BAD_INPUT when more than one does
 */
export function chooseToken(tokens: readonly TokenStatus[], wish: TokenWish): TokenStatus {
  const { serial, label, inUse } = wish;
  const ready = tokens.filter((token) => token.initialized);
  const fitting = ready.filter(
    (token) =>
      (serial === undefined || token.serial === serial) &&
      (label === undefined || token.label === label),
  );
  const [only, second] = fitting;
  if (only && !second) return only;
  const known = fitting.find((token) => token.serial === inUse);
  if (known) return known;
  const named = (list: readonly TokenStatus[]) => list.map((one) => `“${one.label}” ${one.serial}`);
  if (only) {
    const problem = `more than one token fits, so name its serial number: ${named(fitting).join(', ')}`;
    throw new OperationError('BAD_INPUT', { field: 'serial', problem });
  }
  throw new OperationError('HSM_WRONG_TOKEN', {
    serial: serial ?? '',
    label: label ?? '',
    candidates: named(ready),
  });
}

/** @throws OperationError BAD_INPUT when a token has this label already: the two could be mixed up. */
export function requireNewLabel(tokens: readonly TokenStatus[], label: string): void {
  if (!tokens.some((token) => token.initialized && token.label === label)) return;
  const problem = 'a token of this module has that label already; choose another';
  throw new OperationError('BAD_INPUT', { field: 'label', problem });
}
