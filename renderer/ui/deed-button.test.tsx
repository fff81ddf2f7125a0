// @vitest-environment jsdom
import { ThemeProvider } from '@mui/material/styles';
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DeedButton } from './deed-button.tsx';
import { theme } from './theme.ts';

afterEach(cleanup);

const reason = 'Say where the file is to be written.';

/** A form with one field and its deed, which cannot be done yet. */
function form(blocked: string | null) {
  const submitted = vi.fn((event: { preventDefault: () => void }) => event.preventDefault());
  const shown = (why: string | null) => (
    <ThemeProvider theme={theme}>
      <form onSubmit={submitted}>
        <input aria-label="File" />
        <DeedButton type="submit" className="wide" blocked={why}>
          Export
        </DeedButton>
      </form>
    </ThemeProvider>
  );
  const { rerender, container } = render(shown(blocked));
  const said = () => container.querySelector('[aria-live=polite]')?.textContent;
  return { submitted, said, become: (why: string | null) => rerender(shown(why)) };
}

describe('a button that cannot be pressed', () => {
  it('says why when Enter in a field presses it, to eye and ear, until the next step', async () => {
    const user = userEvent.setup();
    const { submitted, said, become } = form(reason);
    expect(said()).toBe('');
    await user.type(screen.getByRole('textbox', { name: 'File' }), '{Enter}');
    expect((await screen.findByRole('tooltip')).textContent).toBe(reason);
    expect(said()).toBe(reason);
    expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'File' }));
    await user.keyboard('/');
    await waitFor(() => expect(screen.queryByRole('tooltip')).toBeNull());
    expect(said()).toBe('');
    become(null);
    await user.keyboard('{Enter}');
    expect(submitted).toHaveBeenCalledTimes(1);
  });

  it('keeps the look that it was given', () => {
    form(reason);
    const { className } = screen.getByRole('button', { name: 'Export' });
    expect(className).toMatch(/\bwide\b/);
    expect(className).toMatch(/\bMui-disabled\b/);
  });
});
