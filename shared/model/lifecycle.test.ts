import { describe, expect, it } from 'vitest';
import { lifecycleMayBecome, lifecycles } from './lifecycle.ts';

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
