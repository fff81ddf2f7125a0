import { describe, expect, it } from 'vitest';
import type { MenuSection } from '../../ui/context-menu.tsx';
import { someFolder, someGroup } from './things.fixture.ts';
import {
  backgroundMenu,
  bringInBlocked,
  folderMenu,
  forceRotateBlocked,
  groupMenu,
  manyMenu,
  type MenuFacts,
  removeFolderBlocked,
  removeGroupBlocked,
  type TreeDeeds,
} from './tree-menus.ts';

const facts: MenuFacts = {
  blocked: null,
  snapshot: { hsm: 'ready', hsmLabel: 'BYOK-A', designated: true },
};
const after = (snapshot: Partial<MenuFacts['snapshot']>): MenuFacts => ({
  ...facts,
  snapshot: { ...facts.snapshot, ...snapshot },
});

function deeds() {
  const done: string[] = [];
  const note =
    (name: string) =>
    (...given: readonly unknown[]): void =>
      void done.push(`${name} ${JSON.stringify(given)}`);
  const all: TreeDeeds = {
    addGroup: note('addGroup'),
    addFolder: note('addFolder'),
    forceRotate: note('forceRotate'),
    bringIn: note('bringIn'),
    synchronizeAll: note('synchronizeAll'),
    check: note('check'),
    findInAws: note('findInAws'),
    proveAll: note('proveAll'),
    rename: note('rename'),
    move: note('move'),
    remove: note('remove'),
    showJobs: note('showJobs'),
    properties: note('properties'),
    copy: note('copy'),
  };
  return { all, done };
}
const drawn = (sections: readonly MenuSection[]): readonly string[] =>
  sections.flatMap(({ heading, entries }) =>
    entries.map(
      ({ label, blocked }) =>
        `${heading ? `${heading} > ` : ''}${label}${blocked == null ? '' : ' (no)'}`,
    ),
  );
const entry = (sections: readonly MenuSection[], label: string) =>
  sections.flatMap(({ entries }) => entries).find((each) => each.label === label);

describe('menus of the tree', () => {
  const { all, done } = deeds();

  it('add to the folder they are of, or to the top', () => {
    expect(drawn(backgroundMenu(null, facts, all))).toEqual(['Add > Key Group…', 'Add > Folder…']);
    entry(folderMenu(someFolder(), 0, facts, all), 'Key Group…')?.run();
    expect(done.pop()).toBe('addGroup ["f"]');
  });

  it('of a group hold everything, whatever can be used', () => {
    const expected = [
      'Cloud > Force Rotate…',
      'Cloud > Bring In Key…',
      'Cloud > Synchronize all…',
      'Cloud > Check against AWS',
      'Cloud > Find in AWS…',
      'Rename',
      'Move to folder…',
      'Prove every keystore copy',
      'Show jobs',
      'Copy > Alias',
      'Copy > As command',
      'Properties',
      'Remove…',
    ];
    const needKeys = [
      'Cloud > Synchronize all…',
      'Cloud > Check against AWS',
      'Prove every keystore copy',
    ];
    expect(drawn(groupMenu(someGroup({ keys: 0 }), facts, all))).toEqual(
      expected.map((label) => (needKeys.includes(label) ? `${label} (no)` : label)),
    );
    const locked = groupMenu(someGroup(), { ...facts, blocked: 'Read-only.' }, all);
    expect(drawn(locked).filter((label) => !label.endsWith('(no)'))).toEqual([
      'Show jobs',
      'Copy > Alias',
      'Copy > As command',
      'Properties',
    ]);
  });

  it('of a group synchronize what is in AWS, and say why where nothing is', () => {
    const label = 'Synchronize all…';
    entry(groupMenu(someGroup({ state: 'In step' }), facts, all), label)?.run();
    expect(done.pop()).toContain('synchronizeAll [{');
    const reason = (group: Parameters<typeof someGroup>[0]) =>
      entry(groupMenu(someGroup(group), facts, all), label)?.blocked;
    expect(reason({ state: 'In step' })).toBeNull();
    expect(reason({ keys: 0, state: 'Not in AWS' })).toBe('It holds no keys yet.');
    expect(reason({ state: 'Not in AWS' })).toBe('None of its keys is in AWS yet.');
  });

  it('copy the alias and a command that a shell takes', () => {
    const menu = groupMenu(someGroup({ path: "Cards/it's" }), facts, all);
    entry(menu, 'Alias')?.run();
    expect(done.pop()).toBe('copy ["alias/payments-prod","alias"]');
    entry(menu, 'As command')?.run();
    expect(done.pop()).toContain("keyreeve group show 'Cards/it'\\\\''s'");
  });

  it('of several rows move what can move and check what can be checked', () => {
    const item = { kind: 'folder', id: 'f', name: 'x' } as const;
    const menu = manyMenu([item, { ...item, id: 'h' }], [someGroup()], facts, all);
    expect(drawn(menu)).toEqual([
      'Cloud > Force Rotate… (no)',
      'Cloud > Check 1 group against AWS',
      'Rename (no)',
      'Move 2 to folder…',
      'Remove… (no)',
    ]);
    expect(drawn(manyMenu([], [], facts, all)).every((label) => label.endsWith('(no)'))).toBe(true);
  });
});

describe('Force Rotate', () => {
  it.each([
    [{ designated: false }, 'not the designated one'],
    [{ hsm: 'none', hsmLabel: null }, 'No HSM'],
    [{ hsm: 'pin-needed' }, '“BYOK-A” needs its PIN'],
    [{ hsm: 'unavailable' }, '“BYOK-A” is away'],
    [{ hsm: 'wrong-token' }, 'Another token'],
  ] as const)('%o: %s', (snapshot, why) =>
    expect(forceRotateBlocked({ storage: 'hsm' }, after(snapshot))).toContain(why),
  );

  it('needs no HSM for keys made in software, and can be used where all is well', () => {
    expect(forceRotateBlocked({ storage: 'software' }, after({ hsm: 'none' }))).toBeNull();
    expect(forceRotateBlocked({ storage: 'hsm' }, facts)).toBeNull();
  });

  it('says first why nothing at all can be changed', () =>
    expect(
      forceRotateBlocked({ storage: 'hsm' }, { ...after({ hsm: 'none' }), blocked: 'Checking.' }),
    ).toBe('Checking.'));
});

describe('Bring In Key', () => {
  const aes = { keyType: 'AES', mapping: 'container', storage: 'software', keys: 3 } as const;
  it('is for keys that fit under a transport key', () => {
    expect(bringInBlocked(aes, facts)).toBeNull();
    expect(bringInBlocked({ ...aes, keyType: 'HMAC' }, facts)).toBeNull();
    expect(bringInBlocked({ ...aes, keyType: 'RSA' }, facts)).toContain('RSA keys do not fit');
    expect(bringInBlocked({ ...aes, keyType: 'ECC' }, facts)).toContain('ECC keys do not fit');
  });

  it('is for the first key only where versions share a KMS key', () => {
    const shared = { ...aes, mapping: 'material' } as const;
    expect(bringInBlocked({ ...shared, keys: 0 }, facts)).toBeNull();
    expect(bringInBlocked(shared, facts)).toContain('share one KMS key');
  });

  it('needs what a rotation needs', () =>
    expect(bringInBlocked({ ...aes, storage: 'hsm' }, after({ hsm: 'none' }))).toContain('No HSM'));
});

describe('removing', () => {
  it('is for what holds nothing', () => {
    expect(removeGroupBlocked({ keys: 0 }, null)).toBeNull();
    expect(removeGroupBlocked({ keys: 1 }, null)).toContain('holds 1 key.');
    expect(removeFolderBlocked({ groups: 0 }, 0, null)).toBeNull();
    expect(removeFolderBlocked({ groups: 2 }, 1, null)).toContain('1 folder and 2 key groups');
    expect(removeFolderBlocked({ groups: 0 }, 2, null)).toContain('holds 2 folders.');
  });
});
