import { OperationError } from '../../../../../shared/errors/operation-error.ts';
import type { Handle, Template } from './cryptoki.ts';
import { CKO } from './numbers.ts';
import type { Scope } from './open-token.ts';

const application = 'keyreeve';
const longestName = 200;
const longestValue = 4096;
/** Eight bytes, big-endian, before the value: the newest of several is then known. */
const counterLength = 8;

interface Kept {
  readonly handle: Handle;
  readonly counter: bigint;
  readonly value: Buffer;
}

/**
 * Keeps a value as a private data object. SoftHSM refuses to change CKA_VALUE, so the new object is
 * made before the old ones go: a crash in between leaves two, and the higher counter is the newest.
 */
export function writeAnchor(scope: Scope, name: string, value: Uint8Array): void {
  const before = kept(scope, name);
  if (value.length > longestValue) throw bad('it is too long');
  const counter = before.reduce((most, one) => (one.counter > most ? one.counter : most), 0n) + 1n;
  const head = Buffer.alloc(counterLength);
  head.writeBigUInt64BE(counter);
  scope.cryptoki.create(scope.session, {
    ...named(name),
    TOKEN: true,
    PRIVATE: true,
    MODIFIABLE: false,
    VALUE: Buffer.concat([head, value]),
  });
  for (const old of before) scope.cryptoki.destroy(scope.session, old.handle);
}

/** The newest value kept under this name, by its counter; null: none is. */
export function readAnchor(scope: Scope, name: string): Buffer | null {
  const all = kept(scope, name).toSorted((a, b) => (a.counter < b.counter ? 1 : -1));
  return all[0]?.value ?? null;
}

/** Whether the token keeps private data objects at all. */
export function tryAnchor(scope: Scope, name: string): boolean {
  const value = Buffer.from('a value of no worth');
  writeAnchor(scope, name, value);
  const same = readAnchor(scope, name)?.equals(value) ?? false;
  for (const one of kept(scope, name)) scope.cryptoki.destroy(scope.session, one.handle);
  return same;
}

function kept(scope: Scope, name: string): Kept[] {
  if (name.length === 0 || name.length > longestName) throw bad('the length of its name');
  const found: Kept[] = [];
  for (const handle of scope.objects.all(scope.session, named(name))) {
    const bytes = scope.cryptoki.get(scope.session, handle, ['VALUE'])[0] ?? Buffer.alloc(0);
    if (bytes.length < counterLength) continue;
    const counter = bytes.readBigUInt64BE(0);
    found.push({ handle, counter, value: Buffer.from(bytes.subarray(counterLength)) });
  }
  return found;
}

const named = (name: string): Template => ({
  CLASS: CKO.DATA,
  APPLICATION: application,
  LABEL: name,
});

const bad = (why: string): OperationError =>
  new OperationError('BAD_INPUT', { field: 'anchor', why });
