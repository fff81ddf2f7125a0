import type { StoreDeed, XksKeyDeed } from '../../../shared/model/xks.ts';
import { isolate } from '../../../shared/text/isolate.ts';
import type { Dialog } from '../../state/dialogs.ts';
import type { SelectedThing } from '../../state/selection.ts';
import {
  bringInBlocked,
  forceRotateBlocked,
  type MenuFacts,
  groupKeysBlocked,
  removeFolderBlocked,
  removeGroupBlocked,
  synchronizeAllBlocked,
} from '../key-groups/tree-menus.ts';
import {
  copyToBlocked,
  makeActiveBlocked,
  synchronizeBlocked,
  turnBlocked,
} from '../keys/key-menu.ts';

/** What is selected, where it is of this kind. */
type Selected<Kind extends SelectedThing['kind']> = Extract<SelectedThing, { kind: Kind }>;

/** A deed with its dialog, and why it cannot be done now; null when it can. */
export interface Offer {
  readonly title: string;
  readonly dialog: Dialog;
  readonly blocked: string | null;
}

const offer = (title: string, dialog: Dialog, blocked: string | null): Offer => ({
  title,
  dialog,
  blocked,
});

/** Deeds on a key, blocked by what its menu says. */
export function keyOffers(
  { id, name: plain, key }: Selected<'key'>,
  blocked: string | null,
): readonly Offer[] {
  const name = isolate(plain);
  return [
    offer(
      `Synchronize ${name}…`,
      { kind: 'synchronize', key: id },
      synchronizeBlocked(key, blocked),
    ),
    offer(
      `Make ${name} active…`,
      { kind: 'make-active', key: id },
      makeActiveBlocked(key, blocked),
    ),
    offer(
      `Disable ${name} in AWS…`,
      { kind: 'turn-key', key: id, turn: 'disable' },
      turnBlocked('disable', key, blocked),
    ),
    offer(
      `Enable ${name} in AWS…`,
      { kind: 'turn-key', key: id, turn: 'enable' },
      turnBlocked('enable', key, blocked),
    ),
    offer(
      `Copy ${name} to another group…`,
      { kind: 'copy-key', key: id },
      copyToBlocked(key, blocked),
    ),
    offer(
      `Prove the keystore copy of ${name}`,
      { kind: 'prove-copies', of: { what: 'key', id, name: plain } },
      blocked,
    ),
    offer(`Properties of ${name}`, { kind: 'key-properties', key: id }, null),
  ];
}

/** Deeds on an external key and on its KMS key; what stands against one is said by its plan. */
export function xksKeyOffers(
  { id, name: plain }: SelectedThing,
  blocked: string | null,
): readonly Offer[] {
  const name = isolate(plain);
  const inAws = (title: string, deed: XksKeyDeed): Offer =>
    offer(title, { kind: 'xks-key-deed', key: id, deed }, blocked);
  return [
    offer(`Rotate ${name}…`, { kind: 'xks-rotate-key', key: id }, blocked),
    offer(`Block ${name} at once…`, { kind: 'xks-stop', how: 'block', target: 'key', id }, blocked),
    inAws(`Disable KMS key of ${name}…`, 'disable'),
    inAws(`Schedule deletion of KMS key of ${name}…`, 'schedule-deletion'),
    offer(`Allow another KMS key to use ${name}…`, { kind: 'xks-allow-kms-key', key: id }, blocked),
  ];
}

/** Deeds on an external key store, here and in AWS; what stands against one is said by its plan. */
export function xksStoreOffers(
  { id, name: plain }: SelectedThing,
  blocked: string | null,
): readonly Offer[] {
  const name = isolate(plain);
  const inAws = (title: string, deed: StoreDeed): Offer =>
    offer(title, { kind: 'xks-store-deed', store: id, deed }, blocked);
  return [
    offer(`Create KMS key in ${name}…`, { kind: 'xks-add-key', store: id }, blocked),
    inAws(`Create ${name} in AWS…`, 'create'),
    inAws(`Connect ${name}…`, 'connect'),
    inAws(`Disconnect ${name}…`, 'disconnect'),
    inAws(`Rotate proxy credential of ${name}…`, 'rotate-credential'),
    offer(
      `Block ${name} at once…`,
      { kind: 'xks-stop', how: 'block', target: 'store', id },
      blocked,
    ),
    offer(`Edit ${name}…`, { kind: 'xks-edit-store', store: id }, blocked),
    offer(`Add rule to ${name}…`, { kind: 'xks-add-rule', store: id, key: null }, blocked),
    offer(`Try a request to ${name}…`, { kind: 'xks-try-rules', store: id, key: null }, null),
  ];
}

/** Deeds on a folder of the tree. */
export function folderOffers(
  { id, name: plain, folder, foldersIn }: Selected<'folder'>,
  blocked: string | null,
): readonly Offer[] {
  const name = isolate(plain);
  const item = { kind: 'folder' as const, id, name: plain };
  return [
    offer(`Add key group in ${name}…`, { kind: 'add-group', folder: id }, blocked),
    offer(`Add folder in ${name}…`, { kind: 'add-folder', parent: id }, blocked),
    offer(`Move ${name}…`, { kind: 'move', items: [item] }, blocked),
    offer(
      `Remove ${name}…`,
      { kind: 'remove', item },
      removeFolderBlocked(folder, foldersIn, blocked),
    ),
  ];
}

/** Deeds on a key group. */
export function groupOffers(
  { id, name: plain, group }: Selected<'group'>,
  facts: MenuFacts,
): readonly Offer[] {
  const { blocked } = facts;
  const name = isolate(plain);
  const item = { kind: 'group' as const, id, name: plain };
  return [
    offer(
      `Force Rotate ${name}…`,
      { kind: 'force-rotate', group: id },
      forceRotateBlocked(group, facts),
    ),
    offer(
      `Bring a key into ${name}…`,
      { kind: 'bring-in', group: id },
      bringInBlocked(group, facts),
    ),
    offer(
      `Synchronize all keys of ${name}…`,
      { kind: 'synchronize-group', group: id },
      synchronizeAllBlocked(group, blocked),
    ),
    offer(
      `Find in AWS for ${name}…`,
      { kind: 'find-in-aws', of: { what: 'group', id, name: plain } },
      blocked,
    ),
    offer(`Properties of ${name}…`, { kind: 'group-properties', group: id }, null),
    offer(
      `Prove every keystore copy of ${name}`,
      { kind: 'prove-copies', of: { what: 'group', id, name: plain } },
      groupKeysBlocked(group, blocked),
    ),
    offer(`Move ${name}…`, { kind: 'move', items: [item] }, blocked),
    offer(`Remove ${name}…`, { kind: 'remove', item }, removeGroupBlocked(group, blocked)),
  ];
}
