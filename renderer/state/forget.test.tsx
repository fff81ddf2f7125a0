// @vitest-environment jsdom
import { act, screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { snapshotOf, statusOf } from '../testing/pictures.fixture.ts';
import { ScriptedLink } from '../testing/scripted-link.fixture.ts';
import { memoryOf, openWindow, type TestWindow } from '../testing/window.fixture.tsx';
import { sayCutOff } from './cut-off.ts';
import { useNavigation } from './navigation.ts';
import { say } from './notices.ts';
import { useSelection } from './selection.ts';

const world = { state: 'verified' as 'verified' | 'locked', locksAt: null as number | null };
const arn = 'arn:aws:kms:eu-west-1:111122223333:key/7c1d0000-0000-4000-8000-00000000e20f';
const newLink = (): ScriptedLink =>
  new ScriptedLink({
    'session.snapshot': () => ({
      ...snapshotOf(world.state, 'real'),
      locksAt: world.locksAt,
    }),
    'keystore.status': () => statusOf(world.state, 'real'),
    'audit.list': () => ({
      records: [
        {
          seq: 1,
          at: 1_800_000_000_000,
          actor: 'custodian-2',
          channel: 'desktop',
          action: 'key.synchronize',
          outcome: 'OK',
          objects: [arn],
          details: {},
          hash: 'a'.repeat(64),
        },
      ],
      size: 1,
      head: 'a'.repeat(64),
      signedSize: 0,
      signer: null,
      next: null,
    }),
  });

let opened: TestWindow | null = null;
afterEach(() => {
  opened?.close();
  opened = null;
  world.state = 'verified';
  world.locksAt = null;
});

async function openOnAudit(link: ScriptedLink): Promise<TestWindow> {
  opened = openWindow(link);
  await screen.findByRole('navigation');
  act(() => {
    useNavigation.getState().go('audit');
    useSelection.getState().select({
      kind: 'folder',
      id: 'f',
      name: 'zebra-prod',
      folder: { groups: 1 },
      foldersIn: 0,
    });
    say('zebra-prod rotated.');
  });
  const window = opened;
  await expect.poll(() => remembered(window)).toEqual([arn, 'zebra-prod']);
  return window;
}

/** Which of what was shown can still be found. */
function remembered(window: TestWindow): readonly string[] {
  const memory = `${memoryOf(window)}${JSON.stringify(useSelection.getState())}`;
  return [arn, 'zebra-prod'].filter((text) => memory.includes(text));
}

it('keeps nothing of the keys once the keystore is locked', async () => {
  const link = newLink();
  const window = await openOnAudit(link);
  world.state = 'locked';
  act(() => link.change('session'));
  await screen.findByRole('heading', { name: 'Unlock desk.keystore' });
  expect(remembered(window)).toEqual([]);
});

it('keeps nothing of the keys once another browser has taken over', async () => {
  const link = newLink();
  const window = await openOnAudit(link);
  act(() => link.state({ kind: 'refused', reason: 'taken-over' }));
  await screen.findByRole('heading', { name: 'Another browser has taken over' });
  expect(remembered(window)).toEqual([]);
});

it('keeps nothing of the keys when it is cut off until after the hour of the lock', async () => {
  const link = newLink();
  // As the core counts: the clock of the window is another one.
  const { at } = snapshotOf('verified');
  world.locksAt = at + 3_600_000;
  const window = await openOnAudit(link);
  act(() => link.state({ kind: 'lost', since: Date.now() }));
  expect(screen.queryByRole('navigation')).not.toBeNull();
  act(() => link.state({ kind: 'open' }));
  world.locksAt = at + 1_500;
  act(() => link.change('session'));
  await screen.findByText(/^Locks in 0:0/);
  act(() => link.state({ kind: 'lost', since: Date.now() }));
  await expect.poll(() => screen.queryByRole('navigation')).toBeNull();
  expect(remembered(window)).toEqual([]);
  act(() => link.state({ kind: 'open' }));
  expect(await screen.findByRole('navigation')).toBeTruthy();
});

it('says after the lock what the page before it left unfinished', async () => {
  const link = newLink();
  const window = await openOnAudit(link);
  act(() => sayCutOff('typed'));
  world.state = 'locked';
  act(() => link.change('session'));
  await screen.findByRole('heading', { name: 'Unlock desk.keystore' });
  expect(remembered(window)).toEqual([]);
  world.state = 'verified';
  act(() => link.change('session'));
  expect(await screen.findAllByText(/Nothing of it was sent/)).not.toEqual([]);
});
