// @vitest-environment jsdom
import { act, cleanup, renderHook } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import {
  draftOnScreen,
  forgetScreen,
  useDraftOnScreen,
  useKeptOnScreen,
} from './kept-on-screen.ts';

afterEach(() => {
  cleanup();
  forgetScreen();
});

const field = (place: string) =>
  renderHook(({ first }) => useKeptOnScreen('place', first), { initialProps: { first: place } });
const shown = ({ result }: ReturnType<typeof field>): string => result.current[0];
const type = ({ result }: ReturnType<typeof field>, text: string): void =>
  act(() => result.current[1](text));

it('shows what became true elsewhere while nobody changed it', () => {
  const hook = field('');
  hook.rerender({ first: '/mnt/backups' });
  expect(shown(hook)).toBe('/mnt/backups');
  hook.rerender({ first: '/mnt/others' });
  expect(shown(hook)).toBe('/mnt/others');
});

it('leaves what somebody types as it is', () => {
  const hook = field('/mnt/backups');
  type(hook, '/mnt/sec');
  hook.rerender({ first: '/mnt/others' });
  expect(shown(hook)).toBe('/mnt/sec');
});

it('follows again once what was typed is so', () => {
  const hook = field('/mnt/backups');
  type(hook, '/mnt/second');
  hook.rerender({ first: '/mnt/second' });
  hook.rerender({ first: '/mnt/third' });
  expect(shown(hook)).toBe('/mnt/third');
});

it('knows a draft while a lock hides its field, until it is saved or taken back', () => {
  const draft = (place: string) =>
    renderHook(({ first }) => useDraftOnScreen('draft', first), { initialProps: { first: place } });
  const hook = draft('/mnt/backups');
  expect(draftOnScreen()).toBe(false);
  type(hook, '/mnt/second');
  hook.unmount();
  expect(draftOnScreen()).toBe(true);
  const again = draft('/mnt/backups');
  expect([shown(again), draftOnScreen()]).toEqual(['/mnt/second', true]);
  again.rerender({ first: '/mnt/second' });
  expect(draftOnScreen()).toBe(false);
  type(again, '/mnt/third');
  type(again, '/mnt/second');
  expect(draftOnScreen()).toBe(false);
});

it('takes nothing for a draft that only narrows what is shown', () => {
  type(field(''), 'Payments');
  expect(draftOnScreen()).toBe(false);
});
