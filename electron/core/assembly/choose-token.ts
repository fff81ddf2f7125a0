import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { TokenStatus } from '../hsm/driver.ts';

type Token = Pick<TokenStatus, 'label' | 'serial' | 'initialized'>;

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
export function chooseToken<T extends Token>(tokens: readonly T[], wish: TokenWish): T {
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
  const named = (list: readonly Token[]) => list.map((one) => `“${one.label}” ${one.serial}`);
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
export function requireNewLabel(tokens: readonly Token[], label: string): void {
  if (!tokens.some((token) => token.initialized && token.label === label)) return;
  const problem = 'a token of this module has that label already; choose another';
  throw new OperationError('BAD_INPUT', { field: 'label', problem });
}

/** What is asked for beside the token: what can be wrong with it before any token is looked at. */
export interface AttachRequest {
  readonly label?: string | undefined;
  readonly createMaster: boolean;
  readonly secondCopy: string | null;
  readonly initializeToken: boolean;
}

/** @throws OperationError BAD_INPUT; REALM_MISMATCH where a real keystore would set up a token */
export function requireFitting(request: AttachRequest, realm: 'practice' | 'real'): void {
  if (realm === 'real' && request.createMaster && request.secondCopy === null) {
    throw new OperationError('BAD_INPUT', {
      field: 'secondCopy',
      problem:
        'say where the second copy of the master key is: without one, losing the token loses every key',
    });
  }
  if (!request.initializeToken) return;
  if (realm === 'real')
    throw new OperationError('REALM_MISMATCH', { keystore: realm, deed: 'set up an empty token' });
  if (request.label === undefined) {
    const problem = 'name the label that the new token gets';
    throw new OperationError('BAD_INPUT', { field: 'label', problem });
  }
  if (!request.createMaster) {
    const problem = 'an empty token holds no master key: have one made in it';
    throw new OperationError('BAD_INPUT', { field: 'createMaster', problem });
  }
}
