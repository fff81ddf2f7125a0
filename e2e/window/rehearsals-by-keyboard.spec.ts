import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { passphrase } from '../support/console.ts';
import { type WindowStage, openWindow, windowHere } from '../support/window-stage.ts';
import { RehearsalPage } from './rehearsal-page.ts';

/** Nothing here touches the mouse. The fourth rehearsal is done so in rehearsals.spec.ts. */
describe.skipIf(!windowHere)('rehearsals by keyboard alone', () => {
  let stage: WindowStage;
  let on: RehearsalPage;
  beforeAll(async () => {
    stage = await openWindow({ keystore: 'practice' });
    await stage.call('practice.setUp', { keysIn: 'software' });
    on = new RehearsalPage(stage.page);
    await stage.page.getByRole('navigation', { name: 'Places' }).waitFor();
  });
  afterAll(() => stage?.stop());

  const stateOf = async (name: string) => {
    const { rehearsals } = await stage.call('practice.rehearsals', {});
    return rehearsals.find(({ rehearsal }) => rehearsal === name);
  };
  const done = (name: string) => expect.poll(async () => (await stateOf(name))?.state).toBe('done');
  const pressed = async (name: RegExp): Promise<void> => {
    await on.tabTo(name);
    await on.press('Enter');
  };
  /** A button of the topmost dialog that can be pressed by now. */
  const ready = (name: RegExp): Promise<void> =>
    on.top
      .getByRole('button', { name })
      .and(on.page.locator(':enabled:not([aria-disabled])'))
      .waitFor();
  const rehearsals = async (): Promise<void> => {
    const tab = on.page.getByRole('tab', { name: 'Rehearsals', exact: true });
    await tab.waitFor();
    if ((await tab.getAttribute('aria-selected')) === 'true') return;
    await on.tabTo(/^(Practice KMS|Accounts|Mischief|Calls|Refusals)$/);
    await on.press('Home', 'ArrowRight', 'Enter');
    await expect.poll(() => tab.getAttribute('aria-selected')).toBe('true');
  };
  const begin = async (title: string, group: RegExp): Promise<void> => {
    await rehearsals();
    await pressed(new RegExp(`^Begin: ${title}`));
    await on.now('Rotate the key group');
    await pressed(/^Open Force Rotate$/);
    await ready(group);
    await on.focused(group);
    await on.press('Enter');
  };
  const leave = async (): Promise<void> => {
    await on.press('Escape');
    await on.noDialog();
  };

  it('lets material expire by the practice clock, and brings it back', async () => {
    await on.press('Alt+p');
    await on.page.getByRole('heading', { level: 1, name: 'Practice', exact: true }).waitFor();
    await begin('Let key material expire', /^Rotate rehearsal-expiry/);
    await on.top.getByText(/rotated\.$/).waitFor();
    await leave();
    await on.now('Move the practice clock past that date');
    await pressed(/^Move the clock…$/);
    await on.top.getByText(/Material expires/).waitFor();
    await pressed(/^Move it \d+ days forward/);
    await on.noDialog();
    await on.now('Let Keyreeve notice');
    await pressed(/^Check the key$/);
    await on.now('Bring the material back');
    await pressed(/^Open Synchronize$/);
    await on.top
      .getByRole('radio', { name: 'On', checked: true })
      .and(on.page.locator(':enabled'))
      .waitFor();
    await on.tabTo(/^On$/);
    await on.press('ArrowLeft');
    await on.top.getByRole('radio', { name: 'Never', checked: true }).waitFor();
    await ready(/^Import material/);
    await pressed(/^Import material/);
    await on.top.getByText(/version 1: material imported again\.$/).waitFor();
    await leave();
    await done('expired');
  });

  it('finds the missing permission, adds it, and lets the job go on', async () => {
    await begin('Find the missing permission', /^Rotate rehearsal-permission/);
    await on.top
      .getByText(/AWS did not allow/)
      .first()
      .waitFor();
    await leave();
    await pressed(/^Show the refusals$/);
    const refusals = on.page.getByRole('grid', { name: 'Refusals' });
    await refusals.getByText(/^kms:/).first().waitFor();
    const inList = () => refusals.evaluate((at) => at === document.activeElement);
    await expect
      .poll(
        async () => {
          const there = await inList();
          if (!there) await on.press('Tab');
          return there;
        },
        { interval: 1 },
      )
      .toBe(true);
    await on.press('Home');
    const chosen = on.section('The chosen refusal');
    await chosen
      .getByText(/no identity policy allows it/)
      .first()
      .waitFor();
    await pressed(/^Add this statement to rehearsal-custodian$/);
    await chosen.getByText('✓ Added to rehearsal-custodian.').waitFor();
    await on.section('Rehearsal under way').getByText('Let the job go on').waitFor();
    await pressed(/^Show the job$/);
    await ready(/^Continue/);
    await pressed(/^Continue/);
    await on.top.getByText(/rotated\.$/).waitFor();
    await leave();
    await done('permission');
  });

  it('loses an answer, crashes, recovers, and has made nothing twice', async () => {
    await begin('Lose the answer of AWS', /^Rotate rehearsal-rotation/);
    await expect.poll(async () => (await stateOf('lost-answer'))?.steps[1]?.done).toBe(true);
    await on.top
      .getByText(/^Job \d+/)
      .first()
      .waitFor();
    await leave();
    await on.now('Crash Keyreeve in the middle');
    await pressed(/^Crash Keyreeve…$/);
    await ready(/^Crash Keyreeve now/);
    await pressed(/^Crash Keyreeve now/);
    await on.page.getByRole('heading', { name: 'Unlock desk.keystore' }).waitFor();
    const passphraseField = on.page.getByLabel('Passphrase', { exact: true });
    await expect
      .poll(() => passphraseField.evaluate((at) => at === document.activeElement))
      .toBe(true);
    await on.type(passphrase);
    await on.press('Enter');
    await on.page.getByRole('heading', { level: 1, name: 'Practice', exact: true }).waitFor();
    await rehearsals();
    await on
      .section('Lose the answer of AWS, then crash')
      .getByText(/^One KMS key was made/)
      .waitFor();
    await done('lost-answer');
  });
});
