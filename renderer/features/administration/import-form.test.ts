import { describe, expect, it } from 'vitest';
import { emptyForm, type ImportForm, missingFor } from './import-form.ts';

const role: ImportForm = { ...emptyForm, kind: 'assume-role' };
const arn = 'arn:aws:iam::111122223333:role/keyreeve';

describe('what an import still needs', () => {
  it('names every field, in the order in which they stand', () => {
    expect(missingFor(role, 'practice')).toBe(
      'the credential that takes the role on, the ARN of the role and a name.',
    );
    expect(missingFor({ ...emptyForm, kind: 'keys' }, 'practice')).toBe(
      'the access key ID, the secret access key, a name and the address of the practice KMS.',
    );
    expect(missingFor({ ...emptyForm, otherAddress: true }, 'real')).toBe(
      'the CSV file, a name, the other address, as https://… and your word that the other address is to be trusted.',
    );
  });

  it('names what is left, and nothing where nothing is', () => {
    expect(missingFor({ ...role, source: 'x', name: 'payments' }, 'real')).toBe(
      'the ARN of the role.',
    );
    expect(missingFor({ ...role, source: 'x', name: 'payments', roleArn: arn }, 'real')).toBeNull();
  });
});
