// @vitest-environment jsdom
import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { useNavigation } from '../../state/navigation.ts';
import { layOut } from '../../testing/laid-out.fixture.ts';
import { snapshotOf } from '../../testing/pictures.fixture.ts';
import { ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { openWindow, type TestWindow } from '../../testing/window.fixture.tsx';

beforeAll(layOut);
let opened: TestWindow | null = null;
afterEach(() => {
  opened?.close();
  opened = null;
});

const record = (seq: number) => ({
  seq,
  at: Date.UTC(2027, 0, 1) + seq,
  actor: 'root',
  channel: 'socket',
  action: 'folder.edit',
  objects: [],
  outcome: 'ok',
  details: {},
  hash: `${seq}`,
});

/** The audit log of a core, which is added to. */
async function log(records: number) {
  const world = { size: records };
  const link = new ScriptedLink({
    'session.snapshot': () => snapshotOf('verified'),
    'audit.list': ({ before, limit = 100 }) => {
      const from = (before ?? world.size + 1) - 1;
      const count = Math.min(from, limit);
      return {
        records: Array.from({ length: count }, (_, at) => record(from - at)),
        size: world.size,
        head: `${world.size}`,
        signedSize: 0,
        signer: null,
        next: from > limit ? from - limit + 1 : null,
      };
    },
  });
  opened = openWindow(link);
  await screen.findByRole('navigation');
  act(() => useNavigation.getState().go('audit'));
  const grid = await screen.findByRole('grid', { name: 'Audit records' });
  await screen.findByText('100 and more records, newest first');
  const add = (count: number): void => {
    world.size += count;
    act(() => link.change('folder'));
  };
  return { grid, link, add };
}

describe('the list of audit records', () => {
  it('is read to the end of ten thousand in few calls, and not read again with each record', async () => {
    const { grid, link, add } = await log(10_000);
    for (let calls = 2; calls <= 21; calls += 1) {
      grid.scrollTop = 28 * (100 + 500 * (calls - 2) - 12);
      fireEvent.scroll(grid);
      await waitFor(() => expect(link.made('audit.list')).toHaveLength(calls));
    }
    await screen.findByText(/^10\W?000 records, newest first$/);
    add(1);
    await screen.findByText('1 new record');
    add(99);
    await screen.findByText('100 new records');
    expect(link.made('audit.list').slice(21)).toEqual([
      expect.not.objectContaining({ before: expect.anything() }),
      expect.not.objectContaining({ before: expect.anything() }),
    ]);
  });
});
