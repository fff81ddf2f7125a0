// @vitest-environment jsdom
import { act, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it } from 'vitest';
import { useDialogs } from '../../state/dialogs.ts';
import { refuse, ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { path, snapshotOf, statusOf } from '../../testing/pictures.fixture.ts';
import { memoryOf, openWindow, type TestWindow } from '../../testing/window.fixture.tsx';
import { stopped } from '../jobs/jobs.fixture.ts';
import { groupShown } from '../plans/plan.fixture.ts';

const secret = 'correct horse battery staple';
const off = { url: null, ours: false, softHsm: true, credential: null, account: null, calls: null };
const on = {
  ...off,
  url: 'http://127.0.0.1:4566',
  ours: true,
  credential: 'practice',
  account: '123456789012',
  calls: 1,
};

/** A core that has no keystore yet, as far as the first steps ask it. */
function freshCore(realm: 'practice' | 'real' = 'practice') {
  const world = {
    state: 'absent' as 'absent' | 'verified',
    practice: off as typeof on | typeof off,
  };
  const link: ScriptedLink = new ScriptedLink({
    'session.snapshot': () => snapshotOf(world.state, realm),
    'session.touch': () => ({ locksAt: null }),
    'keystore.status': () => statusOf(world.state, realm),
    'keystore.create': () => {
      world.state = 'verified';
      link.change('session');
      return statusOf('verified', realm);
    },
    'practice.status': () => world.practice,
    'practice.setUp': () => {
      world.practice = on;
      link.change('practice');
      return on;
    },
    'group.preview': ({ fields }) => ({
      sentence: 'New keys.',
      alias: fields?.name ?? '',
      firstRotationAt: null,
      remarks: [],
      policy: null,
      problems: [],
    }),
    'hsm.list': () => ({ modules: [] }),
    'hsm.status': () => ({
      attached: false,
      module: null,
      moduleSha256: null,
      token: null,
      state: 'none',
      master: null,
      probe: null,
    }),
  });
  return { link, world };
}

let opened: TestWindow | null = null;
afterEach(() => {
  opened?.close();
  opened = null;
});
const open = (link: ScriptedLink): TestWindow => {
  opened = openWindow(link);
  return opened;
};
const button = (name: string | RegExp) => screen.findByRole('button', { name });

async function practiceTo(user: ReturnType<typeof userEvent.setup>): Promise<void> {
  await user.click(await button(/^Practise/));
  await user.type(screen.getByLabelText('Passphrase'), secret);
  await user.type(screen.getByLabelText('Passphrase again'), secret);
}

/** The emptied name of the first group, come to where somebody else set the practice account up. */
async function nameOfFirstGroup({ link, world }: ReturnType<typeof freshCore>) {
  open(link);
  const user = userEvent.setup();
  await practiceTo(user);
  await user.click(await button('Create practice keystore'));
  await button('Use SoftHSM');
  world.practice = on;
  link.change('practice');
  const name = await screen.findByLabelText('Name');
  await user.clear(name);
  return { user, name };
}

describe('the first steps', () => {
  it('come to the first group with two typed fields and three clicks', async () => {
    const { link } = freshCore();
    const window = open(link);
    const user = userEvent.setup();
    await practiceTo(user);
    await user.click(await button('Create practice keystore'));
    await user.click(await button('Use SoftHSM'));
    expect(await screen.findByRole('heading', { name: 'Your first key group' })).toBeTruthy();

    expect(link.made('keystore.create')).toEqual([{ realm: 'practice', passphrase: secret }]);
    expect(link.made('practice.setUp')).toEqual([{ keysIn: 'softhsm' }]);
    expect(screen.getByLabelText<HTMLInputElement>('Name').value).toBe('first-group');
    expect(memoryOf(window)).not.toContain('horse battery');
  });

  it('keep what is typed out of everything the window remembers, and wipe it', async () => {
    const { link } = freshCore();
    const window = open(link);
    const user = userEvent.setup();
    await practiceTo(user);
    expect(memoryOf(window)).not.toContain('horse battery');
    await user.click(await button('Create practice keystore'));
    await button('Use SoftHSM');

    expect(memoryOf(window)).not.toContain('horse battery');
    const bytes = link.given
      .flatMap((input) => Object.values(input as object))
      .find((part) => part instanceof Uint8Array);
    expect(bytes).toBeInstanceOf(Uint8Array);
    await waitFor(() => expect([...(bytes as Uint8Array)].every((byte) => byte === 0)).toBe(true));
  });

  it('take no passphrase that is short or typed differently', async () => {
    const { link } = freshCore();
    open(link);
    const user = userEvent.setup();
    await user.click(await button(/^Practise/));
    await user.type(screen.getByLabelText('Passphrase'), 'short');
    await user.click(await button('Create practice keystore'));
    expect(screen.getByText(/Too short: 5 of at least 12/)).toBeTruthy();

    await user.clear(screen.getByLabelText('Passphrase'));
    await user.type(screen.getByLabelText('Passphrase'), secret);
    await user.type(screen.getByLabelText('Passphrase again'), `${secret}s`);
    await user.click(await button('Create practice keystore'));
    expect(screen.getByText(/The two were not the same/)).toBeTruthy();
    expect(screen.getByLabelText<HTMLInputElement>('Passphrase').value).toBe('');
    expect(link.made('keystore.create')).toEqual([]);
  });

  it('are left by who asks for the group in the dialog of its job', async () => {
    const core = freshCore();
    await nameOfFirstGroup(core);
    const detail = stopped();
    Object.assign(core.link.script, {
      'job.show': () => detail,
      'job.list': () => ({ jobs: [detail.job], next: null }),
      'group.show': () => groupShown(),
      'folder.list': () => ({ folders: [], total: 0, next: null }),
    });
    act(() => useDialogs.getState().show({ kind: 'job', job: detail.job.id }));
    await userEvent.click(await button('Show group'));
    expect(await screen.findByRole('navigation')).toBeTruthy();
    expect(screen.queryByRole('heading', { name: 'Your first key group' })).toBeNull();
  });

  it('say what stood in the way, in the one shape, and stay', async () => {
    const { link } = freshCore();
    link.script['keystore.create'] = () => {
      throw refuse('DISK_FULL', { path });
    };
    open(link);
    const user = userEvent.setup();
    await practiceTo(user);
    await user.click(await button('Create practice keystore'));
    expect((await screen.findByRole('alert')).textContent).toContain('The disk is full.');
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('Passphrase')));
  });

  it('go on after a reload where the keystore stands', async () => {
    const { link, world } = freshCore();
    const window = open(link);
    const user = userEvent.setup();
    await practiceTo(user);
    await user.click(await button('Create practice keystore'));
    await button('Use SoftHSM');
    expect(sessionStorage.length).toBe(1);
    expect(window.container.textContent).toContain('Where are keys made?');
    world.practice = on;
    link.change('practice');
    expect(await screen.findByRole('heading', { name: 'Your first key group' })).toBeTruthy();
    await user.click(await button('Leave the first steps'));
    expect(sessionStorage.length).toBe(0);
    expect(await screen.findByRole('navigation')).toBeTruthy();
  });

  it('take a name that was corrected at once, before the core has looked at it', async () => {
    const core = freshCore();
    const { link } = core;
    const nothing = { sentence: '', alias: '', firstRotationAt: null, remarks: [], policy: null };
    const failure = { code: 'BAD_INPUT', details: { field: 'name', reason: 'text' } } as const;
    link.script['group.preview'] = ({ fields }) => {
      const name = fields?.name ?? '';
      if (name === 'first-group') return { ...nothing, problems: [] };
      if (name.startsWith('b')) return { ...nothing, problems: [{ field: 'name', failure }] };
      return new Promise<never>(() => undefined);
    };
    const { user, name } = await nameOfFirstGroup(core);
    await user.type(name, 'b');
    await screen.findByText('This does not fit.');
    await user.clear(name);
    await user.type(name, 'cards-prod{Enter}');
    await waitFor(() => expect(link.made('group.add')).toMatchObject([{ name: 'cards-prod' }]));
  });

  it('take a name of which no alias can be made, and give it the usual one', async () => {
    const core = freshCore();
    const { link } = core;
    const failure = {
      code: 'BAD_INPUT',
      details: { field: 'alias', problem: 'give one' },
    } as const;
    link.script['group.preview'] = ({ fields }) => ({
      sentence: '',
      alias: '',
      firstRotationAt: null,
      remarks: [],
      policy: null,
      problems: fields?.name === '決済' ? [{ field: 'alias', failure }] : [],
    });
    const { user, name } = await nameOfFirstGroup(core);
    await user.type(name, '決済');
    await screen.findByText('alias/first-group');
    expect(screen.getByText('Can be changed later.')).toBeTruthy();
    await user.type(name, '{Enter}');
    await waitFor(() =>
      expect(link.made('group.add')).toMatchObject([{ name: '決済', alias: 'first-group' }]),
    );
  });

  it('lead from an HSM of one’s own to the dialog that attaches it', async () => {
    const { link } = freshCore();
    open(link);
    const user = userEvent.setup();
    await practiceTo(user);
    await user.click(await button('Create practice keystore'));
    await user.click(await screen.findByLabelText(/^Your HSM/));
    await user.click(await button('Attach your HSM…'));
    expect(useDialogs.getState().open).toEqual([{ kind: 'attach-hsm' }]);
  });
});

describe('a keystore of real keys', () => {
  it('is not made in a browser, and says where it is', async () => {
    const { link } = freshCore('real');
    open(link);
    await userEvent.setup().click(await button(/^Create a real/));
    const command = /^Copy the command keyreeve .* keystore create --real --backup-place FOLDER$/;
    expect(await button(command)).toBeTruthy();
  });

  it('does not come into being without a second place for backups', async () => {
    const { link } = freshCore('real');
    const desktop = new ScriptedLink(link.script, { chooseFolder: async () => '/mnt/second' });
    open(desktop);
    const user = userEvent.setup();
    await user.click(await button(/^Create a real/));
    await user.type(screen.getByLabelText('Passphrase'), secret);
    await user.type(screen.getByLabelText('Passphrase again'), secret);
    await user.click(await button('Create real keystore'));
    expect(screen.getByRole('alert').textContent).toContain('Name the second place first');
    expect(desktop.made('keystore.create')).toEqual([]);

    await user.click(await button('Choose folder…'));
    await user.click(await button('Create real keystore'));
    await waitFor(() =>
      expect(desktop.made('keystore.create')).toEqual([
        { realm: 'real', passphrase: secret, backupPlace: '/mnt/second' },
      ]),
    );
  });
});
