// @vitest-environment jsdom
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it } from 'vitest';
import type { Hit } from '../../../shared/contract/session.ts';
import { snapshotOf } from '../../testing/pictures.fixture.ts';
import { ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { openWindow, type TestWindow } from '../../testing/window.fixture.tsx';

let opened: TestWindow | null = null;
afterEach(() => {
  opened?.close();
  opened = null;
});

const hit = (title: string): Hit => ({
  kind: 'group',
  id: '0190aaaa-0000-7000-8000-0000000000a1',
  groupId: '0190aaaa-0000-7000-8000-0000000000a1',
  folderIds: [],
  title,
  detail: `alias/${title}`,
});

async function finding() {
  const answers = new Map<string, PromiseWithResolvers<{ hits: Hit[] }>>();
  const link = new ScriptedLink({
    'session.snapshot': () => snapshotOf('verified'),
    'session.find': ({ text }) => {
      const answer = Promise.withResolvers<{ hits: Hit[] }>();
      answers.set(text, answer);
      return answer.promise;
    },
  });
  opened = openWindow(link);
  const field = await screen.findByRole('combobox', { name: /^Find name/ });
  const asked = () => link.made('session.find').map(({ text }) => text);
  const answer = async (text: string, ...titles: string[]) => {
    await waitFor(() => expect(answers.has(text)).toBe(true));
    answers.get(text)?.resolve({ hits: titles.map(hit) });
  };
  const shown = () =>
    within(screen.getByRole('listbox', { name: 'Found' }))
      .queryAllByRole('option')
      .map(({ textContent }) => textContent);
  return { field, asked, answer, shown, user: userEvent.setup({ delay: null }) };
}

describe('find', () => {
  it('asks for the first key at once, and for the last text of a rush', async () => {
    const { field, asked, user } = await finding();
    await user.type(field, 'payments');
    await waitFor(() => expect(asked().at(-1)).toBe('payments'));
    expect(asked()[0]).toBe('p');
    // A busy computer may pause within the rush.
    expect(asked().length).toBeLessThan('payments'.length);
  });

  it('never shows the late answer to an earlier text', async () => {
    const { field, answer, shown, user } = await finding();
    await user.type(field, 'pay');
    await answer('pay', 'payments-prod');
    await waitFor(() => expect(shown()).toEqual([expect.stringContaining('payments-prod')]));
    await answer('p', 'archive-p');
    await user.keyboard('{ArrowDown}');
    expect(shown()).toEqual([expect.stringContaining('payments-prod')]);
  });
});
