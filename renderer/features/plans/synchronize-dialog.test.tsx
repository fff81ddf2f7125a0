// @vitest-environment jsdom
import { act, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it } from 'vitest';
import { aesWorks } from '../../../shared/text/key-works.ts';
import { synchronizeWords } from '../../../shared/text/synchronize.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { snapshotOf } from '../../testing/pictures.fixture.ts';
import { ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { openWindow, type TestWindow } from '../../testing/window.fixture.tsx';
import { groupShown, jobId, keyId, keyShown, synchronizePlan } from './plan.fixture.ts';
import { sayDay } from '../../ui/moments.ts';

const sharedRemote = {
  keyId: '1234abcd-12ab-34cd-56ef-1234567890ab',
  arn: 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
  account: '111122223333',
  region: 'eu-west-1',
  state: 'Enabled',
  materialId: 'a'.repeat(64),
  otherMaterial: null,
  materialState: 'CURRENT',
  importState: 'IMPORTED',
  validTo: null,
  alias: null,
  readAt: 1,
};

let opened: TestWindow | null = null;
afterEach(() => {
  opened?.close();
  opened = null;
});

function synchronizing(hasPolicy = true) {
  const link = new ScriptedLink({
    'session.snapshot': () => snapshotOf('verified'),
    'group.show': () => groupShown({ hasPolicy }),
    'key.show': keyShown,
    'key.planSynchronize': (input) => {
      const boxes = {
        deleteMaterial: input.deleteMaterial ?? false,
        updatePolicy: input.updatePolicy ?? true,
        importMaterial: input.importMaterial ?? true,
      };
      const words = synchronizeWords(boxes, 3, aesWorks);
      const alone = boxes.deleteMaterial && !boxes.importMaterial;
      return synchronizePlan({
        button: `${words.button} (practice)`,
        sentence: words.sentence,
        confirmName: alone ? 'payments-prod' : null,
      });
    },
    'key.synchronize': () => ({ jobId, number: 1043, joined: false }),
    'job.show': () => {
      throw new Error('not asked here');
    },
  });
  opened = openWindow(link);
  act(() => useDialogs.getState().show({ kind: 'synchronize', key: keyId }));
  return { link, user: userEvent.setup() };
}

const box = (name: string) => screen.findByRole('checkbox', { name });
const button = (name: string | RegExp) => screen.findByRole('button', { name });

describe('Synchronize', () => {
  it('compares here, AWS now and after', async () => {
    synchronizing();
    const row = (await screen.findByText('gone')).closest('tr');
    expect(row?.textContent).toBe('Key materialKCV 82B7A1goneimported again');
    expect(screen.getByText('Nothing to delete: AWS has no material now.')).toBeTruthy();
  });

  it('starts with its defaults by Enter', async () => {
    const { link, user } = synchronizing();
    await button('Import material and update policy (practice)');
    await user.keyboard('{Enter}');
    await waitFor(() => expect(link.made('key.synchronize')).toHaveLength(1));
    expect(link.made('key.synchronize')[0]).toMatchObject({
      deleteMaterial: false,
      updatePolicy: true,
      importMaterial: true,
    });
  });

  it('button and sentence follow the boxes; none ticked asks for nothing', async () => {
    const { link, user } = synchronizing();
    await button('Import material and update policy (practice)');
    await user.click(await box('Update Policy'));
    await button('Import material (practice)');
    await user.click(await box('Import Key Material'));
    const idle = await button('Synchronize');
    expect(idle.getAttribute('aria-disabled')).toBe('true');
    expect(screen.getByText('Choose at least one.')).toBeTruthy();
    expect(link.made('key.planSynchronize')).toHaveLength(2);
  });

  it('leaves the policy out, and says why, where the group has no template', async () => {
    const { link, user } = synchronizing(false);
    const policy = await box('Update Policy');
    await button('Import material (practice)');
    expect([policy.matches(':checked'), policy.matches(':disabled')]).toEqual([false, true]);
    expect(screen.getByText('Nothing to update: this group has no policy template.')).toBeTruthy();
    await user.click(await box('Delete Key Material'));
    await screen.findByText(/^! Import Key Material was switched off/);
    const asked = link.made('key.planSynchronize').map(({ updatePolicy }) => updatePolicy);
    expect(asked).toEqual([false, false]);
  });

  it('says before its plan is read that one material stops all versions of a KMS key', async () => {
    const { link, user } = synchronizing();
    const answers: (() => void)[] = [];
    link.script['key.show'] = () => ({ ...keyShown(), remote: sharedRemote });
    link.script['key.planSynchronize'] = () =>
      new Promise((answer) =>
        answers.push(() => answer(synchronizePlan({ sentence: 'As AWS has it now.' }))),
      );
    await screen.findByText(/^The saved copy is sent again\. AWS uses the KMS key while/);
    await user.click(await box('Delete Key Material'));
    await screen.findByText(/one missing material stops the whole KMS key\.$/);
    await waitFor(() => expect(answers).toHaveLength(2));
    for (const answer of answers) answer();
    await screen.findByText('As AWS has it now.');
  });

  it('asks for the name before a delete, and Enter alone does not start it', async () => {
    const { link, user } = synchronizing();
    await button('Import material and update policy (practice)');
    await user.click(await box('Delete Key Material'));
    expect(await screen.findByText(/were switched off/)).toBeTruthy();
    const deed = await button('Delete material from AWS (practice)');
    expect(deed.getAttribute('aria-disabled')).toBe('true');
    await user.type(await screen.findByLabelText('Type payments-prod to go on'), 'payments-prod');
    await user.keyboard('{Enter}');
    expect(link.made('key.synchronize')).toEqual([]);
    await user.click(deed);
    await waitFor(() => expect(link.made('key.synchronize')).toHaveLength(1));
    expect(link.made('key.synchronize')[0]).toMatchObject({
      confirm: 'payments-prod',
      deleteMaterial: true,
      updatePolicy: false,
      importMaterial: false,
    });
  });

  it('a box is ticked by Space, and Enter on it starts nothing', async () => {
    const { link, user } = synchronizing();
    await button('Import material and update policy (practice)');
    (await box('Update Policy')).focus();
    await user.keyboard('{Enter}');
    expect(link.made('key.synchronize')).toEqual([]);
    await user.keyboard(' ');
    await button('Import material (practice)');
  });

  it('shows no date as chosen before the group and the key are read', async () => {
    const answer = Promise.withResolvers<ReturnType<typeof groupShown>>();
    const { link } = synchronizing();
    link.script['group.show'] = () => answer.promise;
    const never = await screen.findByRole<HTMLInputElement>('radio', { name: 'Never' });
    const on = screen.getByRole<HTMLInputElement>('radio', { name: 'On' });
    expect([never.checked, on.checked]).toEqual([false, false]);
    expect(never.closest('fieldset')?.disabled).toBe(true);
    answer.resolve(groupShown({ awsDeletesMaterialAfterDays: 30 }));
    await waitFor(() => expect(on.checked).toBe(true));
    expect(never.closest('fieldset')?.disabled).toBe(false);
  });

  it('sends the date only when somebody chose one', async () => {
    const { link, user } = synchronizing();
    await button('Import material and update policy (practice)');
    expect(link.made('key.planSynchronize')[0]).not.toHaveProperty('validTo');
    await user.click(screen.getByRole('radio', { name: 'On' }));
    await waitFor(() =>
      expect(link.made('key.planSynchronize').at(-1)?.['validTo']).toBeTypeOf('number'),
    );
    const field = screen.getByLabelText<HTMLInputElement>('Date on which AWS deletes it');
    const inWords = sayDay(Date.parse(`${field.value}T12:00:00`));
    expect(field.parentElement?.textContent).toContain(inWords);
    await user.click(screen.getByRole('radio', { name: 'Never' }));
    await waitFor(() => expect(link.made('key.planSynchronize').at(-1)?.['validTo']).toBeNull());
    expect(field.parentElement?.textContent).not.toContain(inWords);
  });
});
