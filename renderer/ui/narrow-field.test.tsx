// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { NarrowField } from './narrow-field.tsx';

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const pass = (ms: number): void =>
  act(() => {
    vi.advanceTimersByTime(ms);
  });

test('says the text once nobody types, and Esc takes it back', () => {
  const told: string[] = [];
  const onText = (text: string): void => void told.push(text);
  render(<NarrowField label="Title or number" onText={onText} />);
  const field = screen.getByRole('searchbox', { name: 'Title or number' });
  pass(300);
  fireEvent.change(field, { target: { value: 'p' } });
  pass(100);
  fireEvent.change(field, { target: { value: 'pay ' } });
  pass(100);
  expect(told).toEqual(['']);
  pass(200);
  expect(told).toEqual(['', 'pay']);
  fireEvent.keyDown(field, { key: 'Escape' });
  pass(300);
  expect(told).toEqual(['', 'pay', '']);
});
