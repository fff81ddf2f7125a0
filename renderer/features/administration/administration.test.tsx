// @vitest-environment jsdom
import { act, screen, waitFor, within } from '@testing-library/react';
import { placeTroubleText } from '../../../shared/text/backup-place.ts';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { useDialogs } from '../../state/dialogs.ts';
import { slot, snapshotOf, statusOf } from '../../testing/pictures.fixture.ts';
import { memoryOf } from '../../testing/window.fixture.tsx';
import { button, closeWindow, openAt, realCore } from './administration.fixture.ts';

afterEach(closeWindow);

describe('the ways into a keystore', () => {
  const two = [slot(), slot({ id: 'slot-2', kind: 'hsm', label: 'token', tokenSerial: '7016234' })];

  it('lose their last passphrase only from somebody who knows what that means', async () => {
    const link = realCore();
    link.script['keystore.status'] = () => statusOf('verified', 'real', { slots: two });
    link.script['keystore.removeSlot'] = () => ({ remaining: [two[1] ?? slot()] });
    await openAt(link, 'security', { kind: 'remove-slot', slot: 'slot-1' });
    const user = userEvent.setup();
    const go = await button('Remove passphrase');
    expect(go.getAttribute('aria-disabled')).toBe('true');
    await user.click(await screen.findByLabelText(/This is the last passphrase/));
    await user.click(go);
    await waitFor(() =>
      expect(link.made('keystore.removeSlot')).toEqual([
        { slot: 'slot-1', confirm: true, withoutPassphrase: true },
      ]),
    );
  });

  it('keep the one that is the only one', async () => {
    await openAt(realCore(), 'security', { kind: 'remove-slot', slot: 'slot-1' });
    expect(await screen.findByText(/last way in, so that it stays/)).toBeTruthy();
    expect((await button('Remove passphrase')).getAttribute('aria-disabled')).toBe('true');
  });

  it('change a passphrase without keeping either of them', async () => {
    const link = realCore();
    link.script['keystore.passphrase'] = () => ({ slot: slot() });
    const window = await openAt(link, 'security', { kind: 'change-passphrase', slot: 'slot-1' });
    const user = userEvent.setup();
    await user.type(await screen.findByLabelText('Passphrase now'), 'correct horse battery');
    await user.type(screen.getByLabelText('New passphrase'), 'staple horse battery');
    await user.type(screen.getByLabelText('New passphrase again'), 'staple horse battery');
    expect(memoryOf(window)).not.toContain('horse battery');
    await user.keyboard('{Enter}');
    await waitFor(() =>
      expect(link.made('keystore.passphrase')).toEqual([
        {
          slot: 'slot-1',
          current: 'correct horse battery',
          replacement: 'staple horse battery',
        },
      ]),
    );
    expect(memoryOf(window)).not.toContain('horse battery');
  });
});

describe('the place for backups', () => {
  const section = async () => within(await screen.findByRole('region', { name: 'Backup' }));
  const at = { place: '/mnt/stick', sameDisk: null, lastIncrementAt: 1, lastVerifiedAt: 1 };

  it('that is not there just now is said to be so, and not to have no backup', async () => {
    const link = realCore();
    const trouble = { code: 'BACKUP_PLACE_MISSING' as const, details: { place: at.place } };
    link.script['keystore.status'] = () =>
      statusOf('verified', 'real', { backup: { ...at, trouble, lastFullAt: null } });
    await openAt(link, 'security');
    const backup = await section();
    expect(backup.getByText(/! The backup folder is not there\./)).toBeTruthy();
    expect(backup.getByText('not known while the place cannot be read')).toBeTruthy();
    expect(backup.queryByText('never')).toBeNull();
  });

  it('that is on the disk of the keystore is said to be so', async () => {
    const link = realCore();
    link.script['keystore.status'] = () =>
      statusOf('verified', 'real', {
        backup: { ...at, sameDisk: true, trouble: null, lastFullAt: 1 },
      });
    await openAt(link, 'security');
    expect((await section()).getByText(/! The place is on the same disk/)).toBeTruthy();
  });

  it('whose disk was exchanged can be chosen again, in the same folder', async () => {
    const link = realCore();
    const details = { place: at.place, emptied: true };
    const trouble = { code: 'BACKUP_PLACE_MISSING' as const, details };
    link.script['keystore.status'] = () =>
      statusOf('verified', 'real', { backup: { ...at, trouble, lastFullAt: null } });
    await openAt(link, 'security');
    const backup = await section();
    expect(backup.getByText(/! The backup folder is there, but not the backups/)).toBeTruthy();
    await userEvent.click(backup.getByRole('button', { name: 'Use this place' }));
    await waitFor(() =>
      expect(link.made('keystore.setBackupPlace')).toEqual([{ place: at.place }]),
    );
  });

  it('that has no full backup in its folder is said to have none', async () => {
    const link = realCore();
    link.script['keystore.status'] = () =>
      statusOf('verified', 'real', { backup: { ...at, trouble: null, lastFullAt: null } });
    await openAt(link, 'security');
    expect((await section()).getByText('none in this place')).toBeTruthy();
  });
});

describe('what takes protection away', () => {
  it('is asked for once more, in words', async () => {
    const link = realCore();
    await openAt(link, 'security');
    const user = userEvent.setup();
    await user.click(await button('Allow the browser console…'));
    const dialog = within(await screen.findByRole('dialog'));
    const go = dialog.getByRole('button', { name: 'Allow it for this keystore' });
    expect(go.getAttribute('aria-disabled')).toBe('true');
    await user.click(dialog.getByRole('checkbox'));
    await user.click(go);
    await waitFor(() =>
      expect(link.made('setting.change')).toEqual([{ consoleAllowed: true, confirm: true }]),
    );
  });

  it('locks only when told to, if somebody says so', async () => {
    const link = realCore();
    await openAt(link, 'security');
    const user = userEvent.setup();
    await user.click(await screen.findByLabelText(/^Lock only when told to/));
    await user.click(await button('Save lock time'));
    await waitFor(() => expect(link.made('setting.change')).toEqual([{ autoLockMinutes: null }]));
  });
});

describe('the place for backups', () => {
  afterEach(() => vi.useRealTimers());

  it('is looked at again while it is shown: no change tells that its disk was pulled', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const link = realCore();
    const backup = { ...statusOf('verified').backup, place: '/mnt/second/backups' };
    const away = { code: 'BACKUP_PLACE_UNUSABLE', details: {} } as const;
    link.script['keystore.status'] = () => statusOf('verified', 'real', { backup });
    await openAt(link, 'security');
    expect(await screen.findByText('/mnt/second/backups')).toBeTruthy();
    const said = placeTroubleText({ ...backup, trouble: away }) ?? '';
    for (const trouble of [away, null]) {
      link.script['keystore.status'] = () =>
        statusOf('verified', 'real', { backup: { ...backup, trouble } });
      act(() => {
        vi.advanceTimersByTime(5_000);
      });
      await waitFor(() =>
        expect(screen.queryAllByText(new RegExp(said)).length > 0).toBe(trouble !== null),
      );
    }
  });
});

describe('how often AWS rotates one KMS key', () => {
  it('is saved as a whole number within its bounds, and says whose word counts', async () => {
    const link = realCore();
    await openAt(link, 'security');
    const user = userEvent.setup();
    const field = await screen.findByRole<HTMLInputElement>('textbox', {
      name: 'Rotations at most',
    });
    expect(field.value).toBe('25');
    const help = document.getElementById(field.getAttribute('aria-describedby') ?? '');
    expect(help?.textContent).toContain('AWS itself has the last word');
    await user.clear(field);
    await user.type(field, '2.5');
    expect(screen.getByText(/1 to 1000 rotations/)).toBeTruthy();
    await user.type(field, '{Enter}');
    await user.clear(field);
    await user.type(field, '40');
    expect(screen.queryByText(/1 to 1000 rotations/)).toBeNull();
    link.script['setting.show'] = () => ({
      autoLockMinutes: 10,
      consoleAllowed: false,
      rotationLimit: 40,
      softwareModuleToAws: false,
    });
    await user.click(await button('Save limit'));
    await waitFor(() => expect(link.made('setting.change')).toEqual([{ rotationLimit: 40 }]));
    expect(field.value).toBe('40');
  });
});

describe('a keystore that cannot be changed now', () => {
  it.each([
    ['hsm', /^Attach again/],
    ['credentials', /^Import credential/],
    ['configuration', /^Make this the designated/],
    ['security', /^Add another way/],
  ] as const)('keeps the deeds of %s in sight and says why not', async (place, name) => {
    await openAt(realCore('checking'), place);
    const deed = await button(name);
    await userEvent.setup().click(deed);
    expect(useDialogs.getState().open).toEqual([]);
    expect(deed.getAttribute('aria-disabled')).toBe('true');
    expect(deed.getAttribute('aria-label') ?? deed.textContent).toMatch(name);
    expect(screen.getAllByText(/Checking the keystore|still being checked/).length).toBeGreaterThan(
      0,
    );
  });

  it('says why it is open for reading only, and offers the way on', async () => {
    const link = realCore('read-only');
    link.script['session.snapshot'] = () => {
      const picture = snapshotOf('read-only', 'real');
      return {
        ...picture,
        keystore: { ...picture.keystore, reason: 'KEYSTORE_OLDER_THAN_ANCHOR' },
      };
    };
    link.script['keystore.status'] = () =>
      statusOf('read-only', 'real', { reason: 'KEYSTORE_OLDER_THAN_ANCHOR', anchor: 'older' });
    link.script['keystore.unlock'] = () => statusOf('verified', 'real');
    await openAt(link, 'security');
    const user = userEvent.setup();
    expect((await screen.findByRole('alert')).textContent).toMatch(/older than the one the HSM/);
    expect(screen.getByText(/Read-only/).parentElement?.textContent).toMatch(/older than the one/);
    await user.click(await button('Go on with this older keystore…'));
    await user.click(await screen.findByRole('checkbox', { name: /I have looked for a newer/ }));
    await user.click(await button('Go on with this keystore'));
    await waitFor(() => expect(link.made('keystore.unlock')).toEqual([{ acceptOlder: true }]));
  });
});

describe('the designated device', () => {
  it('says what taking over means and what stood in its way', async () => {
    await openAt(realCore(), 'configuration', { kind: 'designate' });
    const user = userEvent.setup();
    expect(await screen.findByText(/Until one device is designated/)).toBeTruthy();
    expect(screen.getByText(/Two devices that rotate the same group/)).toBeTruthy();
    await user.click(await button('Rotate on this device'));
    expect((await screen.findByRole('alert')).textContent).toContain('The disk is full.');
  });
});

describe('practice', () => {
  it('is elsewhere for a keystore of real keys, and it says where', async () => {
    await openAt(realCore(), 'practice');
    const command = { name: 'Copy the command keyreeve console --keystore practice.keystore' };
    expect(await screen.findByRole('button', command)).toBeTruthy();
  });
});
