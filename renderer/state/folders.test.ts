import { describe, expect, it } from 'vitest';
import { clientOver } from '../client/client.ts';
import { refuse, ScriptedLink } from '../testing/scripted-link.fixture.ts';
import { foldersDownTo, type FolderView, readFolders } from './folders.ts';

const folder = (n: number, parentId: string | null = null): FolderView => ({
  id: idOf(n),
  name: `folder ${n}`,
  parentId,
  path: `folder ${n}`,
  groups: 0,
  needsYou: 0,
});
const idOf = (n: number): string => `019a0000-0000-7000-8000-${String(n).padStart(12, '0')}`;

/** Answers as the core does; more than `fits` of them do not go into one message. */
function coreOf(all: readonly FolderView[], fits = 500): ScriptedLink {
  return new ScriptedLink({
    'folder.list': ({ limit = 100, after }) => {
      if (limit > fits) throw refuse('BAD_INPUT', { reason: 'too-large' });
      const from = all.findIndex(({ id }) => id === after) + 1;
      const folders = all.slice(from, from + limit);
      const more = from + folders.length < all.length;
      return { folders, total: all.length, next: more ? (folders.at(-1)?.id ?? null) : null };
    },
  });
}

describe('reading every folder', () => {
  const all = Array.from({ length: 1201 }, (_, n) => folder(n));

  it.each([
    [0, 1],
    [500, 1],
    [501, 2],
    [1201, 3],
  ])('reads %i of them in %i calls, each once', async (count, calls) => {
    const link = coreOf(all.slice(0, count));
    const read = await readFolders(clientOver(link));
    expect(read.map(({ id }) => id)).toEqual(all.slice(0, count).map(({ id }) => id));
    expect(link.calls).toHaveLength(calls);
  });

  it('asks for fewer at a time where their paths fill a message', async () => {
    const link = coreOf(all.slice(0, 300), 130);
    expect(await readFolders(clientOver(link))).toHaveLength(300);
    expect(link.made('folder.list').map(({ limit }) => limit)).toEqual([500, 250, 125, 125, 125]);
  });

  it('fails as the core does', async () => {
    const link = new ScriptedLink({});
    await expect(readFolders(clientOver(link))).rejects.toMatchObject({ code: 'KEYSTORE_LOCKED' });
  });
});

it('goes down to a folder from the top, and ends where rows went in a circle', () => {
  const [a, b, c] = [folder(1), folder(2, idOf(1)), folder(3, idOf(2))];
  expect(foldersDownTo([c, b, a], c.id)).toEqual([a.id, b.id, c.id]);
  expect(foldersDownTo([a, b, c], null)).toEqual([]);
  const circle = [folder(1, idOf(2)), folder(2, idOf(1))];
  expect(foldersDownTo(circle, idOf(1))).toEqual([idOf(2), idOf(1)]);
});
