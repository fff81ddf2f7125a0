// @vitest-environment jsdom
import { cleanup, render, screen, within } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { type FailureCode, failures } from '../../shared/errors/failures.ts';
import { renderFailure } from '../../shared/text/failures.ts';
import { jobStateTexts, keyStates } from '../../shared/text/states.ts';
import { sayDay } from './moments.ts';
import { FailureNotice } from './failure-notice.tsx';
import { StateWord } from './state-word.tsx';

afterEach(cleanup);
const codes = Object.keys(failures) as FailureCode[];
const words = (text: string): number => text.split(/\s+/).filter(Boolean).length;
const said = {
  name: 'AccessDeniedException',
  at: 'UpdateAlias',
  message: 'User is not authorized to perform: kms:UpdateAlias',
  requestId: '51d9c0de',
};

describe('a failure as it is shown', () => {
  it('tells times in our words as local ones, and leaves what AWS said as it came', () => {
    const found = '2027-11-21T03:00Z';
    const message = 'The request signature expired: 2026-11-21T14:31:12Z is now.';
    const failure = {
      code: 'READ_BACK_DIFFERS' as const,
      details: { what: 'the date on which AWS deletes it', expected: 'never', found },
      external: { ...said, message },
    };
    render(<FailureNotice failure={failure} />);
    const notice = screen.getByRole('alert');
    expect(notice.textContent).toContain(`(AWS shows ${sayDay(Date.parse(found))})`);
    expect(notice.textContent).not.toContain(found);
    expect(within(notice).getByText(/AccessDeniedException/).textContent).toContain(message);
  });

  it.each(codes)('%s has all its parts, in their order, with the one deed', (code) => {
    const failure = { code, details: {}, external: said };
    const { headline, forYourKeys, next, detail } = renderFailure(failure);
    render(
      <FailureNotice failure={failure}>
        <button type="button">Look again</button>
      </FailureNotice>,
    );
    const notice = screen.getByRole('alert');
    const shown = notice.textContent;
    const places = [headline, forYourKeys, next, 'Look again', detail].map((part) => {
      expect(part).not.toBe('');
      return shown.indexOf(part);
    });
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(within(notice).getAllByRole('button')).toHaveLength(1);
    expect(words(headline)).toBeLessThanOrEqual(12);
    expect(words(shown.slice(0, shown.indexOf(detail)))).toBeLessThanOrEqual(66);
    expect(shown).not.toContain(code);
    expect(shown.slice(0, shown.indexOf(detail))).not.toMatch(/[{}]|undefined|\bnull\b|\[object/);
  });

  it('has no empty place for what nobody said', () => {
    render(<FailureNotice failure={{ code: 'HSM_TIMEOUT', details: {} }} />);
    expect(screen.getByRole('alert').querySelector('code')).toBeNull();
  });
});

it('says each state by a sign and its word, and reads only the word out', () => {
  for (const state of [...Object.values(keyStates), ...Object.values(jobStateTexts)]) {
    const { container } = render(<StateWord state={state} />);
    expect(state.glyph.trim()).not.toBe('');
    expect(container.textContent).toBe(`${state.glyph} ${state.word}`);
    expect(container.querySelector('[aria-hidden="true"]')?.textContent.trim()).toBe(state.glyph);
    cleanup();
  }
});
