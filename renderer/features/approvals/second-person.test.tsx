// @vitest-environment jsdom
import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it } from 'vitest';
import { snapshotOf } from '../../testing/pictures.fixture.ts';
import { memoryOf } from '../../testing/window.fixture.tsx';
import { useSecondPerson } from '../../state/second-person.ts';
import { button, closeWindow, openAt } from '../administration/administration.fixture.ts';
import { guardedCore, jon, maria, theirs } from './approvals.fixture.ts';

afterEach(closeWindow);

const dialog = () => screen.findByRole('dialog', { name: 'A second person' });
const gone = () =>
  waitFor(() => expect(screen.queryByRole('dialog', { name: 'A second person' })).toBeNull());
const theWord = (by = 'Maria') => screen.findByLabelText(`Passphrase of “${by}”`);

/** Presses the button that a second person holds up. */
async function removeSafe(core: ReturnType<typeof guardedCore>) {
  const window = await openAt(core.link, 'security', { kind: 'remove-slot', slot: 'slot-2' });
  const user = userEvent.setup();
  await user.click(await button('Remove safe'));
  return { window, user };
}

describe('a deed that needs a second person', () => {
  it('says what would be done, and is done again under the approval of the one there is', async () => {
    const core = guardedCore();
    const { window, user } = await removeSafe(core);
    const over = within(await dialog());
    expect(
      (await over.findAllByText(/Remove a way to open the keystore: safe/)).length,
    ).toBeGreaterThan(0);
    expect(over.getByText('custodian-2')).toBeTruthy();
    const field = await theWord();
    expect(document.activeElement).toBe(field);
    await user.type(field, theirs);
    expect(memoryOf(window)).not.toContain(theirs);
    await user.keyboard('{Enter}');
    await gone();
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    const input = { slot: 'slot-2', confirm: true, withoutPassphrase: false };
    expect(core.link.made('keystore.removeSlot')).toEqual([input, input]);
    expect(core.link.made('approval.give')).toEqual([
      { number: 1, approver: 'Maria', passphrase: theirs },
    ]);
    expect(memoryOf(window)).not.toContain(theirs);
    expect(core.requests).toMatchObject([{ state: 'used' }]);
  });

  it('stays where the passphrase is another: the field is empty, and has the focus', async () => {
    const core = guardedCore();
    const { user } = await removeSafe(core);
    await user.type(await theWord(), 'something else{Enter}');
    const over = within(await dialog());
    await over.findByText(/That is not the passphrase of “Maria”\./);
    const field = await theWord();
    await waitFor(() => expect(document.activeElement).toBe(field));
    expect(field).toMatchObject({ value: '' });
    expect(field.getAttribute('aria-invalid')).toBe('true');
    expect(core.link.made('keystore.removeSlot')).toHaveLength(1);
    await user.type(field, `${theirs}{Enter}`);
    await gone();
    await waitFor(() => expect(core.link.made('keystore.removeSlot')).toHaveLength(2));
  });

  it('is left waiting by Esc, and the dialog beneath says where it waits', async () => {
    const core = guardedCore();
    const { user } = await removeSafe(core);
    await theWord();
    await user.keyboard('{Escape}');
    await gone();
    const beneath = within(await screen.findByRole('dialog', { name: 'Remove “safe”?' }));
    await beneath.findByText(/It waits as request 1\./);
    expect(beneath.getByText(/Administration > Approvals/)).toBeTruthy();
    expect(core.requests).toMatchObject([{ state: 'open' }]);
    expect(core.link.made('keystore.removeSlot')).toHaveLength(1);
  });

  it('that was refused says so beneath', async () => {
    const core = guardedCore();
    const { user } = await removeSafe(core);
    await dialog();
    await user.click(await button('Refuse'));
    await gone();
    await screen.findByText(/Request 1 was refused\./);
    expect(core.requests).toMatchObject([{ state: 'refused' }]);
    expect(core.link.made('keystore.removeSlot')).toHaveLength(1);
  });

  it('asks who approves where there are several', async () => {
    const core = guardedCore([maria, jon]);
    const { user } = await removeSafe(core);
    await dialog();
    expect((await button('Approve')).getAttribute('aria-disabled')).toBe('true');
    await user.click(await screen.findByLabelText('Jon'));
    await user.type(await theWord('Jon'), `${theirs}{Enter}`);
    await gone();
    expect(core.link.made('approval.give')).toMatchObject([{ approver: 'Jon' }]);
  });

  it('with a secret in it is not repeated: it says that it is approved, and asks for the secret again', async () => {
    const core = guardedCore();
    const window = await openAt(core.link, 'security', { kind: 'add-slot' });
    const user = userEvent.setup();
    const fill = async () => {
      await user.type(screen.getByLabelText('Passphrase'), 'a way in for the attic');
      await user.type(screen.getByLabelText('Passphrase again'), 'a way in for the attic');
      await user.click(await button('Add attic'));
    };
    await user.type(await screen.findByLabelText('Called'), 'attic');
    await fill();
    await user.type(await theWord(), `${theirs}{Enter}`);
    await gone();
    await screen.findByText(/Approved by Maria, and not done yet\./);
    expect(core.link.made('keystore.addSlot')).toHaveLength(1);
    await fill();
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(core.link.made('keystore.addSlot')).toMatchObject([
      { passphrase: 'a way in for the attic' },
      { passphrase: 'a way in for the attic' },
    ]);
    expect(memoryOf(window)).not.toContain('a way in for the attic');
  });

  it('that somebody approved elsewhere meanwhile goes on from here', async () => {
    const core = guardedCore();
    const { user } = await removeSafe(core);
    await theWord();
    await act(async () => {
      const passphrase = new TextEncoder().encode(theirs);
      await core.link.call('approval.give', { number: 1, approver: 'Maria', passphrase });
    });
    const on = await button('Go on with it');
    await waitFor(() => expect(document.activeElement).toBe(on));
    await user.keyboard('{Enter}');
    await gone();
    await waitFor(() => expect(core.requests).toMatchObject([{ state: 'used' }]));
  });

  it('goes with the keystore that locks', async () => {
    const core = guardedCore();
    await removeSafe(core);
    await theWord();
    core.link.script['session.snapshot'] = () => snapshotOf('locked', 'real');
    act(() => core.link.change('session'));
    await gone();
    await waitFor(() => expect(useSecondPerson.getState().waiting).toEqual([]));
    expect(core.link.made('keystore.removeSlot')).toHaveLength(1);
  });

  it('is asked about one after another', async () => {
    const core = guardedCore();
    const { user } = await removeSafe(core);
    await theWord();
    const { waiting } = useSecondPerson.getState();
    const ended: unknown[] = [];
    act(() => {
      const second = { request: 1, approvers: ['Maria'], repeats: true, id: -1 };
      const end = (how: unknown) => {
        ended.push(how);
        useSecondPerson.setState((all) => ({ waiting: all.waiting.filter(({ id }) => id !== -1) }));
      };
      useSecondPerson.setState({ waiting: [...waiting, { ...second, end }] });
    });
    expect(screen.getAllByRole('dialog', { name: 'A second person' })).toHaveLength(1);
    await user.keyboard('{Escape}');
    await screen.findByText(/It waits as request 1\./);
    expect(await dialog()).toBeTruthy();
    await user.keyboard('{Escape}');
    await gone();
    expect(ended).toEqual([{ kind: 'left' }]);
  });
});
