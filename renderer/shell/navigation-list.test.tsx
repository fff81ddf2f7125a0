// @vitest-environment jsdom
import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { snapshotOf } from '../testing/pictures.fixture.ts';
import { ScriptedLink } from '../testing/scripted-link.fixture.ts';
import { openWindow, type TestWindow } from '../testing/window.fixture.tsx';
import { oneColumn } from '../ui/one-column.ts';

let opened: TestWindow | null = null;
const counts = { ...snapshotOf('verified').counts, needsYou: 2 };

/** A page 320 px wide: the queries for one column fit it. */
beforeEach(() => {
  vi.stubGlobal('matchMedia', (media: string) => ({
    matches: media === oneColumn,
    media,
    addListener: () => undefined,
    removeListener: () => undefined,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  }));
  opened = openWindow(
    new ScriptedLink({ 'session.snapshot': () => snapshotOf('verified', 'practice', { counts }) }),
  );
});
afterEach(() => {
  opened?.close();
  opened = null;
  vi.unstubAllGlobals();
});

describe('the places, zoomed in to one column', () => {
  it('are one line that says where one is and whether a place needs somebody', async () => {
    const nav = await screen.findByRole('navigation', { name: 'Places' });
    const [here, ...others] = within(nav).getAllByRole('button');
    expect(here?.textContent).toBe('Places: Key Groups! needs you');
    expect(here?.getAttribute('aria-expanded')).toBe('false');
    expect(others).toEqual([]);
  });

  it('open over the work by keyboard, and close with the place that was chosen at its top', async () => {
    const user = userEvent.setup();
    const nav = await screen.findByRole('navigation', { name: 'Places' });
    const work = document.querySelector('main');
    Object.defineProperty(work, 'offsetTop', { value: 236 });
    within(nav)
      .getByRole('button', { name: /^Places/ })
      .focus();
    await user.keyboard('{Enter}');
    const jobs = within(nav).getByRole('button', { name: /^Jobs\W*2\W*need you$/ });
    expect(within(nav).getAllByRole('button')).toHaveLength(13);
    jobs.focus();
    await user.keyboard('{Enter}');
    await screen.findByRole('heading', { level: 1, name: 'Jobs' });
    expect(
      within(nav)
        .getAllByRole('button')
        .map(({ textContent }) => textContent),
    ).toEqual(['Places: Jobs! needs you']);
    expect(document.documentElement.scrollTop).toBe(236);
  });
});
