// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { DeedButton } from './deed-button.tsx';
import { PracticeMark, practiceMark } from './practice-mark.ts';

afterEach(cleanup);

const sources = import.meta.glob<string>('../**/*.tsx', {
  query: '?raw',
  import: 'default',
  eager: true,
});

it('the primary deed says of itself that it is for practice', () => {
  render(
    <PracticeMark value={practiceMark}>
      <DeedButton variant="contained">Block ledger</DeedButton>
      <DeedButton variant="contained">Telling the proxies…</DeedButton>
      <DeedButton>Show job</DeedButton>
      <DeedButton variant="contained" unmarked>
        Verify the export
      </DeedButton>
    </PracticeMark>,
  );
  expect(screen.getAllByRole('button').map(({ textContent }) => textContent)).toEqual([
    'Block ledger (practice)',
    'Telling the proxies…',
    'Show job',
    'Verify the export',
  ]);
});

it('no dialog has a primary button that would not say so', () => {
  const dialogs = Object.entries(sources).filter(([, text]) => text.includes('<DialogFrame'));
  expect(dialogs.length).toBeGreaterThan(40);
  const plain = /<Button\b(?:[^<>]|=>)*\bcontained\b/;
  expect(dialogs.filter(([, text]) => plain.test(text)).map(([path]) => path)).toEqual([]);
});
