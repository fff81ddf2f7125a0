// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it, vi } from 'vitest';
import { useHeldEnter } from './held-enter.ts';

afterEach(cleanup);

function Form({ onPress, onSubmit }: Readonly<Record<'onPress' | 'onSubmit', () => void>>) {
  useHeldEnter();
  return (
    <>
      <button type="button" onClick={onPress}>
        Rotate
      </button>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        <input aria-label="Name" />
        <textarea aria-label="Policy" />
      </form>
    </>
  );
}

it.each(['Rotate', 'Name'])('is heard once by %s, however long it is held', async (at) => {
  const pressed = vi.fn();
  render(<Form onPress={pressed} onSubmit={pressed} />);
  const user = userEvent.setup();
  (screen.queryByRole('button', { name: at }) ?? screen.getByLabelText(at)).focus();
  await user.keyboard('{Enter>5/}');
  expect(pressed).toHaveBeenCalledTimes(1);
  await user.keyboard('{Enter}');
  expect(pressed).toHaveBeenCalledTimes(2);
});

it('makes as many lines as ever where text of several lines is typed', async () => {
  const never = vi.fn();
  render(<Form onPress={never} onSubmit={never} />);
  screen.getByLabelText('Policy').focus();
  await userEvent.setup().keyboard('{Enter>3/}');
  expect(screen.getByLabelText<HTMLTextAreaElement>('Policy').value).toBe('\n\n\n');
});
