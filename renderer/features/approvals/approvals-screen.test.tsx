// @vitest-environment jsdom
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it } from 'vitest';
import { button, closeWindow, openAt } from '../administration/administration.fixture.ts';
import { memoryOf } from '../../testing/window.fixture.tsx';
import { guardedCore, jon, maria, request, theirs } from './approvals.fixture.ts';

afterEach(closeWindow);

const section = async (name: string) => within(await screen.findByRole('region', { name }));

describe('Administration > Approvals', () => {
  it('says what to do where there is nothing yet', async () => {
    await openAt(guardedCore([], 'off').link, 'approvals');
    expect((await section('Who approves')).getByText(/Nobody approves yet\. Add two/)).toBeTruthy();
    expect((await section('What waits')).getByText(/Nothing waits/)).toBeTruthy();
    const rule = await section('What needs a second person');
    expect(rule.getByText('nothing')).toBeTruthy();
    expect(screen.queryByRole('region', { name: 'What became of the others' })).toBeNull();
  });

  it('approves what waits, and counts it beside the place', async () => {
    const core = guardedCore();
    core.requests.push(request(), request({ number: 2, state: 'over', title: 'attic' }));
    await openAt(core.link, 'approvals');
    await screen.findByRole('button', { name: /^Approvals\W*1\W*needs you$/ });
    const others = await section('What became of the others');
    expect(others.getByText(/nobody decided/)).toBeTruthy();
    const user = userEvent.setup();
    await user.click(await button('Approve request 1'));
    await user.type(await screen.findByLabelText('Passphrase of “Maria”'), `${theirs}{Enter}`);
    await screen.findByText('Approved, not used yet');
    await screen.findByRole('button', { name: 'Approvals' });
    expect(core.requests[0]).toMatchObject({ state: 'approved' });
  });

  it('refuses what waits', async () => {
    const core = guardedCore();
    core.requests.push(request());
    await openAt(core.link, 'approvals');
    await userEvent.setup().click(await button('Refuse request 1'));
    await waitFor(() => expect(core.requests[0]).toMatchObject({ state: 'refused' }));
    await section('What became of the others');
  });

  it('warns where only one approves, and keeps that one', async () => {
    await openAt(guardedCore().link, 'approvals');
    const people = await section('Who approves');
    expect(people.getByText(/only one approver/)).toBeTruthy();
    expect(people.getByRole('button', { name: 'Remove Maria' }).getAttribute('aria-disabled')).toBe(
      'true',
    );
  });

  it('offers a rule only where somebody could approve', async () => {
    const none = guardedCore([], 'off');
    await openAt(none.link, 'approvals', { kind: 'approval-rule' });
    expect(await screen.findByLabelText(/^Every deed on keys/)).toMatchObject({ disabled: true });
    expect(screen.getAllByText(/Add an approver first/).length).toBe(2);
    closeWindow();

    const core = guardedCore([maria, jon], 'off');
    core.link.script['approval.setRule'] = ({ rule }) => ({ rule });
    await openAt(core.link, 'approvals', { kind: 'approval-rule' });
    const user = userEvent.setup();
    await user.click(await screen.findByLabelText(/^Every deed on keys/));
    await user.click(await button('Use this rule'));
    await waitFor(() =>
      expect(core.link.made('approval.setRule')).toEqual([{ rule: 'every-deed' }]),
    );
  });

  it('adds, changes and removes an approver, and keeps no passphrase', async () => {
    const core = guardedCore([maria, jon]);
    core.link.script['approver.add'] = () => maria;
    core.link.script['approver.changePassphrase'] = () => maria;
    core.link.script['approver.remove'] = () => ({});
    const window = await openAt(core.link, 'approvals', { kind: 'add-approver' });
    const user = userEvent.setup();
    await user.type(await screen.findByLabelText('Name'), 'Ada');
    await user.type(screen.getByLabelText('Their passphrase'), theirs);
    await user.type(screen.getByLabelText('Their passphrase again'), `${theirs}{Enter}`);
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(core.link.made('approver.add')).toEqual([{ name: 'Ada', passphrase: theirs }]);

    await user.click(await button('Change passphrase of Maria'));
    await user.type(await screen.findByLabelText('Passphrase now'), theirs);
    await user.type(screen.getByLabelText('New passphrase'), `${theirs} now`);
    await user.type(screen.getByLabelText('New passphrase again'), `${theirs} now{Enter}`);
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(core.link.made('approver.changePassphrase')).toEqual([
      { approver: maria.id, current: theirs, replacement: `${theirs} now` },
    ]);
    expect(memoryOf(window)).not.toContain(theirs);

    await user.click(await button('Remove Jon'));
    await screen.findByText(/Nothing is lost that they approved/);
    await user.click(
      within(await screen.findByRole('dialog')).getByRole('button', { name: 'Remove Jon' }),
    );
    await waitFor(() =>
      expect(core.link.made('approver.remove')).toEqual([{ approver: jon.id, confirm: true }]),
    );
  });
});
