import { beforeEach, describe, expect, it } from 'vitest';
import { newReads } from '../../state/reads.ts';
import { findPlace } from './landing.ts';
import { TreeCore } from './tree-core.fixture.ts';
import { TreeReader } from './tree-reader.ts';
import { flatten, type KeyTreeRow } from './tree-rows.ts';

let core: TreeCore;
let reader: TreeReader;
let open: Set<string>;
const reads = { current: newReads() };

beforeEach(() => {
  core = new TreeCore();
  open = new Set();
  reads.current = newReads();
  reader = new TreeReader(reads.current, core.call);
});

const rows = (): readonly KeyTreeRow[] =>
  flatten(
    reader.content().shape,
    {
      groupsIn: (id) => reader.folders.get(id)?.groups ?? 0,
      keysIn: (id) => reader.groups.get(id)?.keys ?? 0,
    },
    (id) => open.has(id),
  ).rows;
const ids = () => rows().map(({ id, waiting }) => (waiting ? '…' : id));
const sight = (from = 0, to = 40) => reader.look(rows().slice(from, to));

/** Resolves once this holds of what the reader has. */
const until = (holds: () => boolean): Promise<void> =>
  new Promise((resolve) => {
    const look = () => {
      if (!holds()) return;
      stop();
      resolve();
    };
    const stop = reader.subscribe(look);
    look();
  });
const started = async (): Promise<void> => {
  reader.subscribe(() => undefined);
  await until(() => reader.content().ready && reader.folders.size === core.folders.length);
};
/** As when the core names a change of groups, folders and keys. */
const changed = () => reads.current.invalidateQueries();

describe('reading the tree', () => {
  it('reads one page of a long list and keeps places for the rest', async () => {
    core.addGroups(1000);
    await started();
    expect(rows()).toHaveLength(1000);
    expect(ids().filter((id) => id === '…')).toHaveLength(900);
    expect(core.asked.filter((name) => name === 'group.list')).toHaveLength(1);
  });

  it('reads on where somebody looks', async () => {
    core.addGroups(1000);
    await started();
    sight(640, 660);
    await until(() => ids()[659] === 'g00659');
    expect(ids()[999]).toBe('g00999');
    expect(core.asked.filter((name) => name === 'group.list')).toHaveLength(3);
  });

  it('reads keys of open groups in sight, newest first', async () => {
    core.addGroups(2);
    core.addKeys('g00000', 3);
    await started();
    expect(core.asked).not.toContain('key.list');
    open.add('g00000');
    sight();
    await until(() => ids()[1] !== '…');
    expect(ids()).toEqual(['g00000', 'g00000 v3', 'g00000 v2', 'g00000 v1', 'g00001']);
  });

  it('reads again only what is in sight', async () => {
    core.addGroups(1000);
    await started();
    sight(500, 510);
    await until(() => ids()[509] === 'g00509');
    sight(500, 510);
    core.asked.length = 0;
    await changed();
    const pages = core.asked.filter((name) => name === 'group.list').length;
    expect(pages).toBeGreaterThan(0);
    expect(pages).toBeLessThanOrEqual(2);
  });
});

describe('what changes while it is looked at', () => {
  beforeEach(async () => {
    core.addGroups(3);
    await started();
    sight();
  });

  it('changes cells and no order', async () => {
    core.edit('g00001', { state: 'Job needs you', needsYou: true, name: 'zzz' });
    core.addGroups(1, null, 'a');
    await changed();
    expect(ids()).toEqual(['g00000', 'g00001', 'g00002']);
    expect(reader.groups.get('g00001')?.state).toBe('Job needs you');
    expect(reader.news()).toEqual({ came: 1, went: 0 });
    await reader.settle();
    expect(ids()).toEqual(['a00000', 'g00000', 'g00002', 'g00001']);
    expect(reader.news()).toEqual({ came: 0, went: 0 });
  });

  it('leaves the row of what went in its place and says what became of it', async () => {
    core.addFolder('F');
    core.edit('g00000', { folderId: 'F' });
    core.remove('g00001');
    await changed();
    expect(ids()).toEqual(['g00000', 'g00001', 'g00002']);
    expect(reader.news().went).toBe(2);
    sight();
    await until(() => reader.fates.size === 2);
    expect(Object.fromEntries(reader.fates)).toEqual({ g00000: 'moved', g00001: 'removed' });
    await reader.settle();
    expect(ids()).toEqual(['F', 'g00002']);
  });

  it('keeps what somebody opens while the tree is put in order', async () => {
    const answered = Promise.withResolvers<void>();
    core.addFolder('F', null, { groups: 1 });
    core.addGroups(1, 'F', 'i');
    await reader.settle();
    core.late.set('group.list', answered.promise);
    const asked = core.asked.length;
    const settling = reader.settle(['top']);
    await expect.poll(() => core.asked.slice(asked)).toContain('group.list');
    core.late.delete('group.list');
    open.add('F');
    sight();
    await until(() => ids()[1] === 'i00000');
    answered.resolve();
    await settling;
    expect(ids()[1]).toBe('i00000');
  });

  it('does not call moved what stands in its new place, however late the answer comes', async () => {
    const answered = Promise.withResolvers<void>();
    core.late.set('group.show', answered.promise);
    core.addFolder('F');
    core.edit('g00000', { folderId: 'F' });
    await changed();
    sight();
    expect(core.asked).toContain('group.show');
    await reader.settle();
    expect(ids()).toEqual(['F', 'g00001', 'g00002']);
    answered.resolve();
    await expect.poll(() => reads.current.isFetching()).toBe(0);
    expect(Object.fromEntries(reader.fates)).toEqual({});
  });

  it('has what was moved in one place at every moment, far down in a folder that nobody opened', async () => {
    core.addFolder('F', null, { groups: 1001 });
    core.addGroups(1000, 'F', 'f');
    await changed();
    await expect.poll(() => reader.folders.get('F')?.groups).toBe(1001);
    await reader.settle();
    const places = (): readonly string[] =>
      [...reader.content().shape.lists]
        .filter(([, { pages }]) => pages.some((page) => page.ids.includes('g00000')))
        .map(([container]) => container);
    const seen = new Set<string>();
    reader.subscribe(() => seen.add(places().join(' ')));
    core.edit('g00000', { folderId: 'F' });
    await reader.settle(['top', 'F'], { kind: 'group', id: 'g00000', to: 'F' });
    expect([...seen]).toEqual(['top', 'F']);
  });

  it('keeps new keys behind the bar too', async () => {
    core.addKeys('g00000', 1);
    await changed();
    open.add('g00000');
    sight();
    await until(() => ids()[1] === 'g00000 v1');
    core.addKeys('g00000', 2);
    core.keys.splice(0, 1);
    sight();
    await changed();
    expect(ids()).toEqual(['g00000', 'g00000 v1', 'g00001', 'g00002']);
    expect(reader.news().came).toBe(1);
    await reader.settle();
    expect(ids().slice(0, 3)).toEqual(['g00000', 'g00000 v2', 'g00000 v1']);
  });

  it('puts a list in order where the mark of a page went', async () => {
    core.addGroups(300, null, 'h');
    await reader.settle();
    sight(150, 170);
    await until(() => ids()[169] !== '…');
    sight(150, 170);
    core.remove('h00096');
    await changed();
    await until(() => !ids().includes('h00096'));
    expect(reader.content().failure).toBeNull();
  });
});

describe('the filter', () => {
  it('shows only the paths to what needs somebody, and all again', async () => {
    core.addFolder('F', null, { groups: 2, needsYou: 1 });
    core.addFolder('G', null, { groups: 1 });
    core.addGroups(2, 'F');
    core.addGroups(1, null, 'x');
    core.edit('g00001', { needsYou: true, state: 'Differs' });
    await started();
    open.add('F');
    sight();
    await until(() => ids().includes('g00000'));
    reader.filter(true);
    await until(() => !ids().includes('G'));
    sight();
    await until(() => ids().includes('g00001'));
    expect(ids()).toEqual(['F', 'g00001']);
    await reader.unfiltered();
    sight();
    await until(() => ids().includes('g00000'));
    expect(ids()).toEqual(['F', 'g00000', 'g00001', 'G', 'x00000']);
  });
});

describe('landing', () => {
  const land = (kind: 'folder' | 'group' | 'key', id: string, groupId: string | null = null) =>
    findPlace(reader, core.call, { kind, id, groupId, folderIds: [] });

  beforeEach(async () => {
    core.addFolder('F', null, { groups: 350 });
    core.addFolder('G', 'F', { groups: 350 });
    core.addGroups(350, 'G');
    core.addKeys('g00345', 2);
    await started();
  });

  it('opens the folders above, reads as far as the group, and its keys', async () => {
    expect(await land('key', 'g00345 v1', 'g00345')).toEqual({
      open: ['F', 'G', 'g00345'],
      id: 'g00345 v1',
    });
    for (const id of ['F', 'G', 'g00345']) open.add(id);
    expect(ids()).toContain('g00345 v1');
  });

  it('finds what came since, without being asked to show what is new', async () => {
    core.addFolder('N', 'F');
    core.addGroups(1, 'N', 'new');
    expect(await land('group', 'new00000')).toEqual({ open: ['F', 'N'], id: 'new00000' });
    core.addFolder('O', 'N');
    expect(await land('folder', 'O')).toEqual({ open: ['F', 'N'], id: 'O' });
  });

  it('finds what came between groups that were read long ago', async () => {
    await land('group', 'g00345');
    core.addGroups(1, 'G', 'a');
    expect(await land('group', 'a00000')).toEqual({ open: ['F', 'G'], id: 'a00000' });
    for (const id of ['F', 'G']) open.add(id);
    expect(ids().slice(0, 3)).toEqual(['F', 'G', 'a00000']);
  });

  it('says that what is not there any more is not there', async () => {
    expect(await land('folder', 'none')).toBeNull();
    await expect(land('group', 'none')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
