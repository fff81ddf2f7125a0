import type { StoreDeed, XksKeyDeed } from '../../../shared/model/xks.ts';
import type { MenuEntry, MenuSection } from '../../ui/context-menu.tsx';
import { shellWord } from '../keys/key-menu.ts';
import {
  keyDeedBlocked,
  newKeyBlocked,
  removeKeyBlocked,
  removeStoreBlocked,
  storeDeedBlocked,
} from './xks-blocked.ts';
import type { Store, XksKey } from './xks-words.ts';
import { isolate } from '../../../shared/text/isolate.ts';

/** What the menus of external key stores can do; the place says how. */
export interface XksDeeds {
  readonly inAws: (deed: StoreDeed, store: Store) => void;
  readonly check: (store: Store) => void;
  readonly edit: (store: Store) => void;
  readonly addKey: (store: Store) => void;
  readonly addRule: (store: Store, key: XksKey | null) => void;
  readonly tryRules: (store: Store, key: XksKey | null) => void;
  readonly block: (target: Store | XksKey) => void;
  readonly restore: (target: Store | XksKey) => void;
  readonly rehearse: (key: XksKey) => void;
  readonly remove: (target: Store | XksKey) => void;
  readonly kmsKey: (deed: XksKeyDeed, key: XksKey) => void;
  readonly rotate: (key: XksKey) => void;
  readonly enable: (key: XksKey) => void;
  readonly disable: (key: XksKey) => void;
  readonly allow: (key: XksKey) => void;
  readonly writeCredential: (store: Store) => void;
  readonly copy: (text: string, what: string) => void;
}

const storeEntries: readonly (readonly [StoreDeed, string])[] = [
  ['create', 'Create in AWS…'],
  ['connect', 'Connect…'],
  ['disconnect', 'Disconnect…'],
  ['update', 'Update in AWS…'],
  ['rotate-credential', 'Rotate proxy credential…'],
  ['delete', 'Delete in AWS…'],
];

/** The menu of an external key store. */
export function storeMenu(
  store: Store,
  blocked: string | null,
  deeds: XksDeeds,
): readonly MenuSection[] {
  return [
    {
      heading: 'In AWS',
      entries: [
        ...storeEntries.map(([deed, label]) => ({
          label,
          blocked: storeDeedBlocked(deed, store, blocked),
          run: () => deeds.inAws(deed, store),
        })),
        {
          label: 'Check against AWS',
          blocked: blocked ?? (store.inAws === null ? 'AWS does not have this store.' : null),
          run: () => deeds.check(store),
        },
      ],
    },
    {
      heading: 'Here',
      entries: [
        {
          label: 'Create KMS key…',
          blocked: newKeyBlocked(store, blocked),
          run: () => deeds.addKey(store),
        },
        { label: 'Add rule…', blocked, run: () => deeds.addRule(store, null) },
        { label: 'Try rules…', run: () => deeds.tryRules(store, null) },
        blockEntry(store, blocked, deeds),
        { label: 'Edit…', blocked, run: () => deeds.edit(store) },
        {
          label: 'Remove…',
          blocked: removeStoreBlocked(store, blocked),
          run: () => deeds.remove(store),
        },
      ],
    },
    {
      heading: 'Copy',
      entries: [
        { label: 'URI path', run: () => deeds.copy(store.uriPath, 'URI path') },
        {
          label: 'Custom key store ID',
          blocked: store.inAws === null ? 'AWS does not have this store.' : null,
          run: () => deeds.copy(store.inAws?.kmsStoreId ?? '', 'custom key store id'),
        },
        {
          label: 'As command',
          run: () => deeds.copy(`keyreeve xks store show ${shellWord(store.name)}`, 'command'),
        },
      ],
    },
  ];
}

const blockEntry = (target: Store | XksKey, blocked: string | null, deeds: XksDeeds): MenuEntry =>
  isStopped(target)
    ? { label: 'Lift the block', blocked, run: () => deeds.restore(target) }
    : { label: 'Block at once…', blocked, run: () => deeds.block(target) };

const keyEntries: readonly (readonly [XksKeyDeed, string])[] = [
  ['create', 'Create KMS key…'],
  ['enable', 'Enable KMS key…'],
  ['disable', 'Disable KMS key…'],
  ['schedule-deletion', 'Schedule deletion of KMS key…'],
  ['cancel-deletion', 'Cancel deletion of KMS key…'],
  ['release', 'Let go of a KMS key that is gone…'],
];

/** The menu of an external key: its KMS key in AWS, and the key itself here. */
export function xksKeyMenu(
  key: XksKey,
  store: Store,
  blocked: string | null,
  deeds: XksDeeds,
): readonly MenuSection[] {
  const noKms = key.kmsKeyArn === null ? 'It has no KMS key yet.' : null;
  return [
    {
      heading: 'In AWS',
      entries: keyEntries.map(([deed, label]) => ({
        label,
        blocked: keyDeedBlocked(deed, key, store, blocked),
        run: () => deeds.kmsKey(deed, key),
      })),
    },
    {
      heading: 'Here',
      entries: [
        { label: 'Rotate…', blocked, run: () => deeds.rotate(key) },
        key.enabled
          ? { label: 'Disable…', blocked, run: () => deeds.disable(key) }
          : { label: 'Enable', blocked, run: () => deeds.enable(key) },
        keyBlockEntry(key, store, blocked, deeds),
        { label: 'Rehearse a block…', blocked, run: () => deeds.rehearse(key) },
        { label: 'Allow another KMS key…', blocked, run: () => deeds.allow(key) },
        { label: 'Add rule…', blocked, run: () => deeds.addRule(store, key) },
        { label: 'Try rules…', run: () => deeds.tryRules(store, key) },
        {
          label: 'Remove…',
          blocked: removeKeyBlocked(key, blocked),
          run: () => deeds.remove(key),
        },
      ],
    },
    {
      heading: 'Copy',
      entries: [
        { label: 'External key ID', run: () => deeds.copy(key.xksKeyId, 'external key id') },
        {
          label: 'ARN of the KMS key',
          blocked: noKms,
          run: () => deeds.copy(key.kmsKeyArn ?? '', 'ARN'),
        },
        {
          label: 'As command',
          run: () =>
            deeds.copy(
              `keyreeve xks key show ${shellWord(`${store.name}/${key.name}`)}`,
              'command',
            ),
        },
      ],
    },
  ];
}

/** A key that its whole store blocks is released there. */
const keyBlockEntry = (
  key: XksKey,
  store: Store,
  blocked: string | null,
  deeds: XksDeeds,
): MenuEntry =>
  store.blocked
    ? {
        label: 'Lift the block',
        blocked: blocked ?? `All of ${isolate(store.name)} is blocked: lift it there.`,
        run: () => undefined,
      }
    : blockEntry(key, blocked, deeds);

/** Blocked, or rehearsing it: lifting ends both. */
export const isStopped = (target: Store | XksKey): boolean =>
  target.blocked || ('rehearsedUntil' in target && target.rehearsedUntil !== null);
