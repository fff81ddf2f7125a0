// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import { Contained } from './contained.tsx';

afterEach(cleanup);

test('a part that fails says so, leaves the rest, and can be shown again', async () => {
  // React tells the console of every error it catches; here it is expected.
  const told = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  let fails = true;
  const Part = () => {
    if (fails) throw new Error('a mistake of the window');
    return <p>the part</p>;
  };
  render(
    <>
      <p>the rest</p>
      <Contained>
        <Part />
      </Contained>
    </>,
  );
  expect(screen.getByText('the rest')).toBeTruthy();
  expect(screen.getByRole('alert')).toBeTruthy();
  fails = false;
  await userEvent.click(screen.getByRole('button', { name: 'Show it again' }));
  expect(screen.getByText('the part')).toBeTruthy();
  told.mockRestore();
});
