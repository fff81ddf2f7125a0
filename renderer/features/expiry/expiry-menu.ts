import type { EndingRow } from '../../../shared/text/endings.ts';
import { isolate } from '../../../shared/text/isolate.ts';
import type { Snapshot } from '../../state/snapshot.ts';
import type { MenuSection } from '../../ui/context-menu.tsx';
import { forceRotateBlocked } from '../key-groups/tree-menus.ts';
import { type KeyDeeds, keyMenu } from '../keys/key-menu.ts';

/** What decides whether something can be done just now. */
interface MenuFacts {
  /** Why nothing can be changed at all; null when it can. */
  readonly blocked: string | null;
  readonly snapshot: Pick<Snapshot, 'hsm' | 'hsmLabel' | 'designated'>;
}

/** The menu of the key, and before it the rotation of its group where a planned life ends. */
export function expiryMenu(
  { key, what }: Pick<EndingRow, 'key' | 'what'>,
  facts: MenuFacts,
  deeds: KeyDeeds & { readonly forceRotate: (groupId: string) => void },
): readonly MenuSection[] {
  const ofKey = keyMenu(key, facts.blocked, deeds);
  if (what === 'material') return ofKey;
  const rotate = {
    label: `Force Rotate ${isolate(key.groupName)}…`,
    blocked: forceRotateBlocked(key, facts),
    run: () => deeds.forceRotate(key.groupId),
  };
  return [{ heading: 'Group', entries: [rotate] }, ...ofKey];
}
