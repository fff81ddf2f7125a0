// @vitest-environment jsdom
import { cleanup, render, screen, within } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { RefusedKmsKeys } from './refused-kms-keys.tsx';
import { xksKeyId } from './xks.fixture.ts';

afterEach(cleanup);

const arn = 'arn:aws:kms:eu-west-1:111122223333:key/0b7a1c2d-1111-4222-8333-444455556691';

it('names each KMS key that was refused, at which proxy, how often, and what to do', () => {
  const one = { node: 'one', keyId: xksKeyId, storeName: 'ledger', keyName: 'payments' };
  render(<RefusedKmsKeys refused={[{ ...one, kmsKeyArn: arn, times: 3, lastAt: 0 }]} />);
  const [, row] = within(screen.getByRole('table', { name: 'Refused KMS keys' })).getAllByRole(
    'row',
  );
  const cells = within(row as HTMLElement).getAllByRole('cell');
  const [key, kmsKey, proxy, times] = cells.map(({ textContent }) => textContent);
  expect([key, proxy, times]).toEqual(['ledger/payments', 'one', '3']);
  expect(kmsKey).toContain(arn);
  expect(screen.getByText(/allow this one under KMS keys/)).toBeTruthy();
});

it('takes no place where none was refused', () => {
  const { container } = render(<RefusedKmsKeys refused={[]} />);
  expect(container.textContent).toBe('');
});
