// @vitest-environment jsdom
import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { useDialogs } from '../../state/dialogs.ts';
import { useFind } from '../../state/find.ts';
import { useLook } from '../../state/look.ts';
import { useNavigation } from '../../state/navigation.ts';
import { places } from '../../state/places.ts';
import { type SelectedThing, useSelection } from '../../state/selection.ts';
import { layOut } from '../../testing/laid-out.fixture.ts';
import { snapshotOf } from '../../testing/pictures.fixture.ts';
import { ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { openWindow, type TestWindow } from '../../testing/window.fixture.tsx';
import { someFolder, someGroup, someKey } from '../key-groups/things.fixture.ts';
import { commandsFor, fitting, type Reach } from './command-list.ts';
import { globalKey } from './global-key.ts';

const nothing = (): void => undefined;
const reach = (more: Partial<Reach> = {}): Reach => ({
  snapshot: snapshotOf('verified'),
  selected: null,
  look: 'light',
  blocked: null,
  go: nothing,
  show: nothing,
  showJobsOf: nothing,
  focusFind: nothing,
  lock: nothing,
  chooseLook: nothing,
  ...more,
});
const groupOf = (given: Parameters<typeof someGroup>[0] = {}) => ({
  kind: 'group' as const,
  id: 'g1',
  name: 'ledger-prod',
  group: someGroup({ storage: 'software', ...given }),
});
const group = groupOf();
const keyOf = (key: ReturnType<typeof someKey>) => ({
  kind: 'key' as const,
  id: 'k1',
  name: 'ledger-prod, version 2',
  key,
});
const find = (of: Reach, title: string) => commandsFor(of).find((each) => each.title === title);

describe('what can be done', () => {
  it('begins with the deeds of what is selected', () => {
    const [first] = commandsFor(reach({ selected: group }));
    expect(first).toMatchObject({ title: 'Force Rotate ledger-prod…', blocked: null });
    expect(find(reach(), 'Force Rotate ledger-prod…')).toBeUndefined();
  });

  it('keeps what cannot be run, and says why', () => {
    const blocked = 'The keystore is open for reading only.';
    expect(find(reach({ selected: group, blocked }), 'Force Rotate ledger-prod…')?.blocked).toBe(
      blocked,
    );
    const elsewhere = snapshotOf('verified', 'practice', { designated: false });
    expect(
      find(reach({ selected: group, snapshot: elsewhere }), 'Force Rotate ledger-prod…')?.blocked,
    ).toBe('This device is not the designated one: Administration > Configuration.');
    expect(find(reach(), 'Look: light')?.blocked).toBe('It looks so now.');
    expect(find(reach({ blocked }), 'Verify an exported audit log…')?.blocked).toBeNull();
  });

  it('opens the kept copies of what is selected', () => {
    const key = keyOf(someKey());
    const title = 'Prove the keystore copy of ledger-prod, version 2';
    expect(find(reach({ selected: key }), title)?.blocked).toBeNull();
    const all = 'Prove every keystore copy of ledger-prod';
    expect(find(reach({ selected: group, blocked: 'Locked.' }), all)?.blocked).toBe('Locked.');
  });

  it.each([
    ['Synchronize all keys of', groupOf({ keys: 0, state: 'Empty' }), 'It holds no keys yet.'],
    ['Prove every keystore copy of', groupOf({ keys: 0 }), 'It holds no keys yet.'],
    [
      'Synchronize all keys of',
      groupOf({ state: 'Not in AWS' }),
      'None of its keys is in AWS yet.',
    ],
    ['Remove', group, 'It holds 3 keys. Only an empty group can be removed.'],
    [
      'Remove',
      { kind: 'folder', id: 'f', name: 'Cards', folder: someFolder(), foldersIn: 1 },
      'It holds 1 folder and 2 key groups. Only an empty folder can be removed.',
    ],
    ['Synchronize', keyOf(someKey({}, null)), 'This key is not in AWS.'],
    ['Make', keyOf(someKey({}, { alias: 'alias/x' })), 'It holds the alias already.'],
    ['Copy', keyOf(someKey({ lifecycle: 'destroyed' })), 'It is destroyed.'],
    ['Enable', keyOf(someKey()), 'AWS said Enabled at the last reading.'],
  ] satisfies readonly (readonly [string, SelectedThing, string])[])(
    'says of what is selected why not, as its menu does: %s',
    (begins, selected, why) => {
      const offered = commandsFor(reach({ selected })).find(
        ({ title, section }) => section.startsWith('Selected') && title.startsWith(`${begins} `),
      );
      expect(offered?.blocked).toBe(why);
    },
  );

  it('has a command for every place, and every command a name of its own', () => {
    const all = commandsFor(reach({ selected: group }));
    for (const { title } of places) {
      expect(all.map((each) => each.title)).toContain(`Go to ${title}`);
    }
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  });

  it('puts first what fits best, and finds a section by its name', () => {
    const all = commandsFor(reach());
    expect(fitting(all, 'lock')[0]?.title).toBe('Lock now');
    expect(fitting(all, 'administration').map(({ title }) => title)).toContain('Attach HSM…');
  });
});

describe('keys that work everywhere', () => {
  const key = (more: Partial<KeyboardEvent>) => ({
    key: '',
    code: '',
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    ...more,
  });
  it.each([
    [{ key: 'k', ctrlKey: true }, 'page', { kind: 'commands' }],
    [{ key: 'k', metaKey: true }, 'field', { kind: 'commands' }],
    [{ key: 'f', ctrlKey: true }, 'field', { kind: 'find' }],
    [{ key: '?', shiftKey: true }, 'page', { kind: 'shortcuts' }],
    [{ key: '?', shiftKey: true }, 'field', null],
    [{ key: '¡', code: 'Digit1', altKey: true }, 'page', { kind: 'place', screen: 'key-groups' }],
    [{ key: '3', code: 'Digit3', altKey: true }, 'page', { kind: 'place', screen: 'expiry' }],
    [{ key: '0', code: 'Digit0', altKey: true }, 'page', { kind: 'place', screen: 'security' }],
    [{ key: 'l', code: 'KeyL', altKey: true }, 'page', { kind: 'lock' }],
    [{ key: '3', code: 'Digit3', altKey: true, ctrlKey: true }, 'page', null],
    [{ key: 'K', ctrlKey: true, shiftKey: true }, 'page', null],
    [{ key: 'k', ctrlKey: true }, 'overlay', null],
    [{ key: 'x' }, 'page', null],
  ] as const)('%o on a %s', (event, where, meaning) => {
    expect(globalKey(key(event), where)).toEqual(meaning);
  });
});

describe('the palette in the window', () => {
  beforeAll(layOut);
  let opened: TestWindow | null = null;
  afterEach(() => {
    act(() => useSelection.getState().select(null));
    opened?.close();
    opened = null;
  });

  async function look(realm: 'practice' | 'real' = 'practice') {
    const link = new ScriptedLink({
      'session.snapshot': () => snapshotOf('verified', realm),
      'job.list': () => ({ jobs: [], next: null }),
      'keystore.lock': () => ({ pausedJobs: 0 }) as never,
    });
    opened = openWindow(link);
    await screen.findByRole('navigation');
    return { link, user: userEvent.setup() };
  }

  it('opens on Ctrl+K, finds by typing, runs by Enter and is gone', async () => {
    const { user } = await look();
    await user.keyboard('{Control>}k{/Control}');
    const field = await screen.findByRole('combobox', { name: 'Command' });
    expect(document.activeElement).toBe(field);
    await user.type(field, 'go aud');
    const [option] = screen.getAllByRole('option');
    expect(option?.getAttribute('aria-selected')).toBe('true');
    expect(field.getAttribute('aria-activedescendant')).toBe(option?.id);
    await user.keyboard('{Enter}');
    await waitFor(() => expect(useNavigation.getState().screen).toBe('audit'));
    expect(screen.queryByRole('combobox', { name: 'Command' })).toBeNull();
  });

  it('goes to a place from wherever the focus was, and says where that is', async () => {
    const { user } = await look();
    act(() => screen.getByRole('button', { name: 'Lock now' }).focus());
    await user.keyboard('{Alt>}[Digit5]{/Alt}');
    const work = screen.getByRole('main', { name: 'Jobs' });
    expect(document.activeElement).toBe(work);
    expect(document.title).toBe('Jobs · Keyreeve');
  });

  it('has a key for every place: digits in their order, and letters for the others', async () => {
    const { user } = await look();
    const keys = [...[1, 2, 3, 4, 5, 6, 7, 8, 9, 0].map((n) => `Digit${n}`), 'KeyA', 'KeyP'];
    const gone: string[] = [];
    for (const key of keys) {
      await user.keyboard(`{Alt>}[${key}]{/Alt}`);
      gone.push(useNavigation.getState().screen);
    }
    expect(gone).toEqual(places.map((place) => place.screen));
    const told = commandsFor(reach()).filter(({ id }) => id.startsWith('go '));
    expect(told.map(({ shortcut }) => shortcut?.replace('Alt+', ''))).toEqual(
      keys.map((key) => key.at(-1)),
    );
  });

  it('says whose keys its commands are about', async () => {
    const { user } = await look('real');
    await user.keyboard('{Control>}k{/Control}');
    const palette = await screen.findByRole('dialog', { name: 'Commands' });
    expect(within(palette).getByText('REAL KEYS')).toBeTruthy();
  });

  it('goes round with the arrow keys', async () => {
    const { user } = await look();
    await user.keyboard('{Control>}k{/Control}');
    await screen.findByRole('combobox', { name: 'Command' });
    await user.keyboard('{ArrowUp}');
    const options = screen.getAllByRole('option');
    expect(options.at(-1)?.getAttribute('aria-selected')).toBe('true');
    await user.keyboard('{ArrowDown}');
    expect(screen.getAllByRole('option')[0]?.getAttribute('aria-selected')).toBe('true');
  });

  it('does not run what cannot be run, and stays', async () => {
    const { user } = await look();
    await user.keyboard('{Control>}k{/Control}');
    await user.type(await screen.findByRole('combobox', { name: 'Command' }), 'enter pin');
    const option = screen.getByRole('option', { name: /Enter PIN/ });
    expect(option.textContent).toContain('The HSM asks for no PIN now.');
    await user.keyboard('{Enter}');
    expect(useDialogs.getState().open).toEqual([{ kind: 'commands' }]);
  });

  it('changes the look', async () => {
    const { user } = await look();
    await user.keyboard('{Control>}k{/Control}');
    await user.type(await screen.findByRole('combobox', { name: 'Command' }), 'look dark{Enter}');
    await waitFor(() => expect(useLook.getState().look).toBe('dark'));
    act(() => useLook.getState().choose('system'));
  });

  it('lists the shortcuts on "?", and Find takes Ctrl+F', async () => {
    const { user } = await look();
    const before = useFind.getState().focusRequests;
    await user.keyboard('{Control>}f{/Control}');
    expect(useFind.getState().focusRequests).toBe(before + 1);
    act(() => (document.activeElement as HTMLElement | null)?.blur());
    await user.keyboard('?');
    const dialog = await screen.findByRole('dialog', { name: 'Keyboard shortcuts' });
    expect(within(dialog).getByText('Ctrl+K')).toBeTruthy();
    await user.keyboard('{Escape}');
  });
});
