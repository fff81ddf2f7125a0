// @vitest-environment jsdom
import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it } from 'vitest';
import type { Plan } from '../../../shared/contract/shapes.ts';
import { renderFailure } from '../../../shared/text/failures.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useNavigation } from '../../state/navigation.ts';
import { snapshotOf } from '../../testing/pictures.fixture.ts';
import { refuse, ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { openWindow, type TestWindow } from '../../testing/window.fixture.tsx';
import { groupId, groupShown, jobId, jobShown, rotationPlan } from './plan.fixture.ts';

let opened: TestWindow | null = null;
afterEach(() => {
  opened?.close();
  opened = null;
});

/** A core that plans what the test says, one plan after another; the last one stays. */
function planningCore(...plans: (Plan | Promise<Plan>)[]) {
  const world = {
    job: jobShown(),
    refusals: [] as ReturnType<typeof refuse>[],
    snapshot: snapshotOf('verified'),
  };
  const link = new ScriptedLink({
    'session.snapshot': () => world.snapshot,
    'group.show': () => groupShown(),
    'group.planForceRotate': () => (plans.length > 1 ? plans.shift() : plans[0]) ?? rotationPlan(),
    'group.forceRotate': () => {
      const refusal = world.refusals.shift();
      if (refusal) throw refusal;
      return { jobId, number: 1043, joined: false };
    },
    'job.show': () => world.job,
  });
  opened = openWindow(link);
  act(() => useDialogs.getState().show({ kind: 'force-rotate', group: groupId }));
  return { link, world, user: userEvent.setup() };
}

const button = (name: string) => screen.findByRole('button', { name });
const rotate = () => button('Rotate payments-prod (practice)');

describe('the plan of Force Rotate', () => {
  it('can be read at once, and its button says that it is being checked', async () => {
    const { promise, resolve } = Promise.withResolvers<Plan>();
    const { link, user } = planningCore(promise);
    expect(await screen.findByRole('heading', { name: 'Rotate “payments-prod”?' })).toBeTruthy();
    const checking = await button('Checking…');
    await waitFor(() => expect(document.activeElement).toBe(checking));
    await user.keyboard('{Enter}');
    expect(link.made('group.forceRotate')).toEqual([]);
    resolve(rotationPlan());
    await rotate();
    expect(screen.getByText('alias/payments-prod: version 3 → version 4')).toBeTruthy();
    expect(screen.getByText('aaaaaa111111')).toBeTruthy();
  });

  it('starts by Enter under its number, and gives way to the job', async () => {
    const { link, user } = planningCore();
    await rotate();
    await user.keyboard('{Enter}');
    await waitFor(() => expect(useDialogs.getState().open).toEqual([{ kind: 'job', job: jobId }]));
    expect(link.made('group.forceRotate')).toEqual([
      { group: groupId, plan: 'aaaaaa111111', adopt: false },
    ]);
  });

  it('never starts twice by a double click', async () => {
    const { link, user } = planningCore();
    await user.dblClick(await rotate());
    await waitFor(() => expect(useDialogs.getState().open[0]?.kind).toBe('job'));
    expect(link.made('group.forceRotate')).toHaveLength(1);
  });

  it('shows the new plan with its changed lines marked, and waits for another press', async () => {
    const next = rotationPlan({
      number: 'bbbbbb222222',
      changes: ['New KMS key', 'alias/payments-prod: version 4 → version 5'],
    });
    const { link, world, user } = planningCore(rotationPlan(), next);
    world.refusals.push(refuse('PLAN_CHANGED', { now: 'bbbbbb222222' }));
    await rotate();
    await user.keyboard('{Enter}');
    expect(await screen.findByText(/so nothing was run/)).toBeTruthy();
    const marked = await screen.findByText('alias/payments-prod: version 4 → version 5');
    expect(marked.closest('li')?.textContent).toContain('changed since you looked');
    const gone = screen.getByText('alias/payments-prod: version 3 → version 4');
    expect(gone.closest('li')?.textContent).toContain('no longer so');
    expect(screen.getByText('New KMS key').closest('li')?.textContent).not.toContain('changed');

    await user.keyboard('{Enter}{Enter}');
    expect(link.made('group.forceRotate')).toHaveLength(1);
    await user.click(await rotate());
    await waitFor(() => expect(link.made('group.forceRotate')).toHaveLength(2));
    expect(link.made('group.forceRotate')[1]).toMatchObject({ plan: 'bbbbbb222222' });
  });

  it('says who is at it already, and plans again when that job has ended', async () => {
    const { link, world, user } = planningCore(rotationPlan({ runningJob: jobId }), rotationPlan());
    expect(await screen.findByText(/Already rotating/)).toBeTruthy();
    expect(await screen.findByText(/job 1043/)).toBeTruthy();
    expect(screen.queryByRole('button', { name: /^Rotate/ })).toBeNull();
    world.job = jobShown({ state: 'done' });
    act(() => link.change('job'));
    await rotate();
    expect(link.made('group.planForceRotate')).toHaveLength(2);
    await user.keyboard('{Escape}');
    expect(useDialogs.getState().open).toEqual([]);
  });

  it('shows the running job in place of starting', async () => {
    const { user } = planningCore(rotationPlan({ runningJob: jobId }));
    // The button that had the focus is gone: whoever was on it is on the one in its place.
    const show = await button('Show job');
    expect(document.activeElement).toBe(show);
    await user.click(await button('Show job'));
    expect(useDialogs.getState().open).toEqual([{ kind: 'job', job: jobId }]);
  });

  it('offers the one deed where something is in the way', async () => {
    const blocked = rotationPlan({ blocked: { code: 'NOT_DESIGNATED', details: {} } });
    const { link, user } = planningCore(blocked, rotationPlan());
    const deed = await button('Designate this device…');
    expect((await rotate()).getAttribute('aria-disabled')).toBe('true');
    await user.click(await rotate());
    expect(link.made('group.forceRotate')).toEqual([]);
    await user.click(deed);
    expect(useDialogs.getState().open.at(-1)).toEqual({ kind: 'designate' });
    act(() => useDialogs.getState().close());
    await waitFor(async () => expect((await rotate()).getAttribute('aria-disabled')).toBeNull());
  });

  it.each([
    ['HSM_UNAVAILABLE', 'unavailable', 'Attach HSM…', 'attach-hsm'],
    ['HSM_UNAVAILABLE', 'pin-needed', 'Enter PIN…', 'enter-pin'],
    ['HSM_PIN_NEEDED', 'pin-needed', 'Enter PIN…', 'enter-pin'],
    ['HSM_WRONG_TOKEN', 'wrong-token', 'Attach HSM…', 'attach-hsm'],
  ] as const)('leads out of %s with the HSM %s by %s', async (code, hsm, label, kind) => {
    const blocked = rotationPlan({ blocked: { code, details: {} } });
    const { link, world, user } = planningCore(blocked, rotationPlan());
    world.snapshot = snapshotOf('verified', 'practice', { hsm, hsmLabel: 'BYOK-A' });
    act(() => link.change('session'));
    const deed = await button(label);
    const shut = await rotate();
    expect(shut.getAttribute('aria-disabled')).toBe('true');
    expect(shut.title).toBe(renderFailure({ code, details: {} }).headline);
    expect(screen.getByText('Cannot start yet: what is in the way stands above.')).toBeTruthy();
    await user.click(deed);
    expect(useDialogs.getState().open.at(-1)).toEqual({ kind });
    act(() => useDialogs.getState().close());
    await waitFor(async () => expect((await rotate()).getAttribute('aria-disabled')).toBeNull());
  });

  it('leads from a copy in no backup to the backups, and starts nothing', async () => {
    const blocked = rotationPlan({ blocked: { code: 'COPY_NOT_PROVED', details: { version: 2 } } });
    const { link, user } = planningCore(blocked);
    const deed = await button('Take a backup');
    const notice = screen.getByRole('alert');
    expect(notice.textContent).toContain('so nothing is deleted');
    await user.click(await rotate());
    expect(link.made('group.forceRotate')).toEqual([]);
    await user.click(deed);
    expect(useDialogs.getState().open).toEqual([]);
    expect(useNavigation.getState().screen).toBe('security');
  });

  it('asks for no press of a button that cannot be pressed', async () => {
    const away = rotationPlan({
      number: 'dddddd444444',
      changes: ['New KMS key'],
      blocked: { code: 'HSM_UNAVAILABLE', details: {} },
    });
    const { world, user } = planningCore(rotationPlan(), away);
    world.refusals.push(refuse('PLAN_CHANGED', { now: 'dddddd444444' }));
    await user.click(await rotate());
    expect(await screen.findByText(/It cannot run now: what is in the way/)).toBeTruthy();
    expect(screen.queryByText(/press the button again/)).toBeNull();
    await user.click(screen.getAllByRole('button', { name: 'Check again' })[0] as HTMLElement);
    await waitFor(() => expect(screen.queryByText(/Things changed since you looked/)).toBeNull());
    expect(await screen.findByText('The HSM does not answer.')).toBeTruthy();
  });

  it('looks again where the HSM may be back by itself', async () => {
    const blocked = rotationPlan({ blocked: { code: 'HSM_UNAVAILABLE', details: {} } });
    const { user } = planningCore(blocked, rotationPlan());
    await button('Attach HSM…');
    const notice = within(screen.getByRole('alert'));
    await user.click(notice.getByRole('button', { name: 'Check again' }));
    await waitFor(async () => expect((await rotate()).getAttribute('aria-disabled')).toBeNull());
  });

  it('adopts a key only by a press of its own, and then waits on Cancel', async () => {
    const holder = `arn:aws:kms:ap-southeast-2:111122223333:key/${'7c1d0000-0000-4000-8000-00000000e20f'}`;
    const details = { holder };
    const held = rotationPlan({ blocked: { code: 'ALIAS_HELD_ELSEWHERE', details } });
    const adopting = rotationPlan({ number: 'cccccc333333', changes: ['KMS key x is adopted'] });
    const { link, user } = planningCore(held, held, adopting);
    expect(await screen.findByText(new RegExp(holder))).toBeTruthy();
    await user.click(await button('Choose another alias…'));
    expect(useDialogs.getState().open.at(-1)).toEqual({ kind: 'group-properties', group: groupId });
    act(() => useDialogs.getState().close());
    await user.click(await button('Adopt that key and plan again'));
    expect(await screen.findByText('KMS key x is adopted')).toBeTruthy();
    expect(link.made('group.planForceRotate').at(-1)).toMatchObject({ adopt: true });
    const cancel = await button('Cancel');
    await waitFor(() => expect(document.activeElement).toBe(cancel));
    await user.click(await rotate());
    await waitFor(() => expect(link.made('group.forceRotate')).toHaveLength(1));
    expect(link.made('group.forceRotate')[0]).toMatchObject({ adopt: true, plan: 'cccccc333333' });
  });

  it('does not ask AWS again because something changed elsewhere', async () => {
    const { link } = planningCore();
    await rotate();
    act(() => link.change('job', 'group', 'key'));
    await waitFor(() => expect(link.made('session.snapshot').length).toBeGreaterThan(1));
    expect(link.made('group.planForceRotate')).toHaveLength(1);
  });

  it('tells screen readers what another check found', async () => {
    const { user } = planningCore();
    await rotate();
    await user.click(await button('Check again'));
    expect(
      await screen.findByText('Checked again. Nothing changed since you looked.'),
    ).toBeTruthy();
  });
});
