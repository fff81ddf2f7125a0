import { describe, expect, it } from 'vitest';
import { lifecycleMayBecome, lifecycleRead, lifecycles } from './lifecycle.ts';

const allowed = new Set([
  'pre-activation>active',
  'pre-activation>compromised',
  'pre-activation>destroyed',
  'active>suspended',
  'active>deactivated',
  'active>compromised',
  'active>destroyed',
  'suspended>active',
  'suspended>deactivated',
  'suspended>compromised',
  'suspended>destroyed',
  'deactivated>active',
  'deactivated>compromised',
  'deactivated>destroyed',
  'compromised>destroyed',
]);

describe('every cell of the key state table', () => {
  for (const from of lifecycles) {
    for (const to of lifecycles) {
      const may = allowed.has(`${from}>${to}`);
      it(`${from} ${may ? 'may' : 'must not'} become ${to}`, () => {
        expect(lifecycleMayBecome(from, to)).toBe(may);
      });
    }
  }
});

describe('every cell of what a reading of the KMS key does to a key', () => {
  const states = ['Enabled', 'Disabled', 'PendingImport', 'PendingDeletion', 'Gone'];
  for (const from of lifecycles) {
    for (const state of states) {
      const to =
        from === 'active' && state === 'Disabled'
          ? 'suspended'
          : from === 'suspended' && state === 'Enabled'
            ? 'active'
            : null;
      it(`${from}, read as ${state}: ${to ?? 'stays'}`, () => {
        expect(lifecycleRead(from, state)).toBe(to);
        if (to !== null) expect(lifecycleMayBecome(from, to)).toBe(true);
      });
    }
  }
});
