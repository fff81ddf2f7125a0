import { randomBytes } from 'node:crypto';
import type { Handle, Template } from './cryptoki.ts';
import { CryptokiError } from './cryptoki-error.ts';
import { putKnownKey } from './known-keys.ts';
import { attempt } from './means.ts';
import { CKM, type AttributeName } from './numbers.ts';
import type { Scope } from './open-token.ts';
import { exportable, sessionAes } from './templates.ts';

/** Whether the module refused what it must refuse, and by which name. */
export interface GuardTrial {
  readonly refused: boolean;
  readonly external: string | null;
}

/** Reads CKA_VALUE of a sensitive key. */
export function tryReadValue(scope: Scope): GuardTrial {
  const key = makeAes(scope, { EXTRACTABLE: true });
  return expectRefusal(() => {
    const value = scope.cryptoki.get(scope.session, key, ['VALUE'])[0];
    value?.fill(0);
    return value !== undefined && value.length > 0;
  });
}

/** Tries to take back CKA_SENSITIVE and to give CKA_EXTRACTABLE, in place and in a copy. */
export function tryWeaken(scope: Scope): GuardTrial {
  const key = makeAes(scope, {});
  const weaker: readonly Template[] = [{ SENSITIVE: false }, { EXTRACTABLE: true }];
  const trials = weaker.flatMap((change) => [
    expectRefusal(() => changes(scope, key, change)),
    expectRefusal(() => copies(scope, key, change)),
  ]);
  return worst(trials);
}

/** Tries to give an unmodifiable wrapping key CKA_DECRYPT, in place and in a copy. */
export function tryNewUse(scope: Scope): { change: GuardTrial; copy: GuardTrial } {
  const use = { WRAP: true, UNWRAP: true, MODIFIABLE: false };
  const made = attempt(() => makeAes(scope, { ...use, COPYABLE: false }));
  const key = made instanceof CryptokiError ? makeAes(scope, use) : made;
  return {
    change: expectRefusal(() => changes(scope, key, { DECRYPT: true })),
    copy: expectRefusal(() => copies(scope, key, { DECRYPT: true })),
  };
}

/** Wraps a key that is marked not extractable, as the master is. */
export function tryWrapUnextractable(scope: Scope, mechanism: number): GuardTrial {
  const wrapping = makeAes(scope, { WRAP: true });
  const key = makeAes(scope, {});
  return expectRefusal(() => {
    const wrapped = scope.cryptoki.wrap(scope.session, { mechanism }, wrapping, key);
    wrapped.fill(0);
    return wrapped.length > 0;
  });
}

/** Unwraps a blob with one bit flipped. */
export function tryDamaged(scope: Scope, mechanism: number): GuardTrial {
  const kek = putKnownKey(scope, randomBytes(32), sessionAes({ WRAP: true, UNWRAP: true }));
  const key = makeAes(scope, { EXTRACTABLE: true });
  const wrapped = scope.cryptoki.wrap(scope.session, { mechanism }, kek, key);
  wrapped.writeUInt8(wrapped.readUInt8(20) ^ 1, 20);
  return expectRefusal(() => {
    scope.temporary(scope.cryptoki.unwrap(scope.session, { mechanism }, kek, wrapped, exportable));
    return true;
  });
}

const carried: readonly AttributeName[] = ['LOCAL', 'ALWAYS_SENSITIVE', 'NEVER_EXTRACTABLE'];

/** Whether a session key copied onto the token keeps the attributes that tell where it was made. */
export function tryCopyAttributes(scope: Scope): { same: boolean; external: string | null } {
  const { cryptoki, session } = scope;
  const key = makeAes(scope, {});
  const result = attempt(() => {
    const copy = cryptoki.copy(session, key, { TOKEN: true, LABEL: 'keyreeve trial' });
    scope.temporary(copy);
    const [before, after] = [key, copy].map((one) => cryptoki.get(session, one, carried));
    return carried.every((_, at) => before?.[at]?.[0] === 1 && after?.[at]?.[0] === 1);
  });
  if (result instanceof CryptokiError) return { same: false, external: result.result };
  return { same: result, external: null };
}

/** What CKA_CHECK_VALUE of a key of known value is; null when the module gives none. */
export function tryCheckValue(scope: Scope, value: Buffer): Buffer | null {
  const key = putKnownKey(scope, value, sessionAes({ ENCRYPT: true }));
  const read = attempt(() => scope.cryptoki.get(scope.session, key, ['CHECK_VALUE'])[0]);
  return Buffer.isBuffer(read) && read.length > 0 ? read : null;
}

function makeAes(scope: Scope, purpose: Template): Handle {
  const template = sessionAes({ VALUE_LEN: 32, ...purpose });
  const { cryptoki, session } = scope;
  return scope.temporary(cryptoki.generate(session, { mechanism: CKM.AES_KEY_GEN }, template));
}

/** A module may answer CKR_OK and change nothing, so the attribute is read again. */
function changes(scope: Scope, key: Handle, change: Template): boolean {
  scope.cryptoki.set(scope.session, key, change);
  return holds(scope, key, change);
}

function copies(scope: Scope, key: Handle, change: Template): boolean {
  const copy = scope.temporary(scope.cryptoki.copy(scope.session, key, change));
  return holds(scope, copy, change);
}

function holds(scope: Scope, key: Handle, change: Template): boolean {
  return Object.entries(change).every(
    ([name, value]) => scope.cryptoki.flag(scope.session, key, name as AttributeName) === value,
  );
}

function expectRefusal(work: () => boolean): GuardTrial {
  const result = attempt(work);
  if (result instanceof CryptokiError) return { refused: true, external: result.result };
  return { refused: !result, external: null };
}

function worst(trials: readonly GuardTrial[]): GuardTrial {
  return trials.find((trial) => !trial.refused) ?? trials[0] ?? { refused: false, external: null };
}
