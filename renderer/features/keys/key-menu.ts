import type { OutputFor } from '../../../shared/contract/index.ts';
import type { KeyTurn } from '../../../shared/model/key-turn.ts';
import type { MenuSection } from '../../ui/context-menu.tsx';

type KeyView = OutputFor<'key.list'>['keys'][number];

/** What a key's menu can do; the screen that shows the key says how. */
export interface KeyDeeds {
  readonly synchronize: (key: KeyView) => void;
  readonly makeActive: (key: KeyView) => void;
  /** Its material, to another group. */
  readonly copyTo: (key: KeyView) => void;
  readonly turn: (key: KeyView, turn: KeyTurn) => void;
  readonly check: (key: KeyView) => void;
  readonly prove: (key: KeyView) => void;
  readonly history: (key: KeyView) => void;
  readonly properties: (key: KeyView) => void;
  readonly copy: (text: string, what: string) => void;
}

const notInAws = 'This key is not in AWS.';

/** Why a key cannot be synchronized now; null when it can. `blocked`: why nothing can be changed. */
export function synchronizeBlocked(key: KeyView, blocked: string | null): string | null {
  return blocked ?? (key.remote === null ? notInAws : null);
}

/** Why the alias cannot go back to this key now; null when it can. */
export function makeActiveBlocked(key: KeyView, blocked: string | null): string | null {
  if (blocked !== null) return blocked;
  if (key.remote === null) return notInAws;
  if (key.remote.alias !== null) return 'It holds the alias already.';
  if (key.state === 'Material gone') return 'AWS has no material for it: Synchronize first.';
  if (key.remote.state === 'PendingImport')
    return 'AWS has no material for it yet: Synchronize first.';
  if (key.remote.state === 'Disabled') return 'AWS says Disabled: Enable in AWS first.';
  if (key.remote.state !== 'Enabled') return `AWS says ${key.remote.state}: it must be Enabled.`;
  return null;
}

/** Why a key cannot be disabled, or enabled again, in AWS now; null when it can. */
export function turnBlocked(turn: KeyTurn, key: KeyView, blocked: string | null): string | null {
  if (blocked !== null) return blocked;
  if (key.remote === null) return notInAws;
  const { state } = key.remote;
  if (state === (turn === 'disable' ? 'Enabled' : 'Disabled')) return null;
  if (state === 'PendingImport') return 'AWS has no material for it: Synchronize first.';
  return state === 'Enabled' || state === 'Disabled'
    ? `AWS said ${state} at the last reading.`
    : `AWS says ${state}.`;
}

const notAnew: Readonly<Record<KeyView['lifecycle'], string | null>> = {
  'pre-activation': 'Its rotation did not come to its end: it never was in use.',
  active: null,
  suspended: 'It is disabled in AWS: Enable in AWS first, if it may be used.',
  deactivated: null,
  compromised: 'It is compromised.',
  destroyed: 'It is destroyed.',
};

/** Why a key cannot be copied to another group now; null when it can, where a group takes it. */
export const copyToBlocked = (
  { lifecycle }: Pick<KeyView, 'lifecycle'>,
  blocked: string | null,
): string | null => blocked ?? notAnew[lifecycle];

/** Why AWS cannot be asked about this key now; null when it can. */
export const checkBlocked = (key: KeyView, blocked: string | null): string | null =>
  blocked ?? (key.remote === null ? notInAws : null);

/** The menu of a key, the same wherever it is shown. */
export function keyMenu(
  key: KeyView,
  blocked: string | null,
  deeds: KeyDeeds,
): readonly MenuSection[] {
  const { remote } = key;
  const nothing = remote === null ? notInAws : null;
  return [
    {
      heading: 'Cloud',
      entries: [
        {
          label: 'Synchronize…',
          blocked: synchronizeBlocked(key, blocked),
          run: () => deeds.synchronize(key),
        },
        {
          label: 'Make Active…',
          blocked: makeActiveBlocked(key, blocked),
          run: () => deeds.makeActive(key),
        },
        {
          label: 'Disable in AWS…',
          blocked: turnBlocked('disable', key, blocked),
          run: () => deeds.turn(key, 'disable'),
        },
        {
          label: 'Enable in AWS…',
          blocked: turnBlocked('enable', key, blocked),
          run: () => deeds.turn(key, 'enable'),
        },
        {
          label: 'Copy to Another Group…',
          blocked: copyToBlocked(key, blocked),
          run: () => deeds.copyTo(key),
        },
        {
          label: 'Check against AWS',
          blocked: checkBlocked(key, blocked),
          run: () => deeds.check(key),
        },
      ],
    },
    {
      entries: [
        { label: 'Prove keystore copy', blocked, run: () => deeds.prove(key) },
        { label: 'History', run: () => deeds.history(key) },
      ],
    },
    {
      heading: 'Copy',
      entries: [
        {
          label: 'Key ID',
          blocked: nothing,
          run: () => deeds.copy(remote?.keyId ?? '', 'KMS key id'),
        },
        { label: 'ARN', blocked: nothing, run: () => deeds.copy(remote?.arn ?? '', 'ARN') },
        { label: 'KCV', run: () => deeds.copy(key.kcv.value, 'KCV') },
        {
          label: 'As command',
          run: () => deeds.copy(`keyreeve key show ${shellWord(key.reference)}`, 'command'),
        },
      ],
    },
    {
      entries: [{ label: 'Properties', shortcut: 'Alt+Enter', run: () => deeds.properties(key) }],
    },
  ];
}

/** A name as one word of a shell. */
export const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
