import { isolate } from '../../../shared/text/isolate.ts';
import type { Snapshot } from '../../state/snapshot.ts';
import type { MenuSection } from '../../ui/context-menu.tsx';
import { forceRotateBlocked } from '../key-groups/tree-menus.ts';
import { type KeyDeeds, keyMenu } from '../keys/key-menu.ts';
import type { EndingCells } from './expiry-columns.tsx';

/** What decides whether something can be done just now. */
interface MenuFacts {
  /** Why nothing can be changed at all; null when it can. */
  readonly blocked: string | null;
  readonly snapshot: Pick<Snapshot, 'hsm' | 'hsmLabel' | 'designated'>;
}

/** The menu of the key, and before it what is to be done where a planned life ends or a renewal waits. */
export function expiryMenu(
  { key, what, renewsAt, at, readAt }: EndingCells,
  facts: MenuFacts,
  deeds: KeyDeeds & {
    readonly forceRotate: (groupId: string) => void;
    readonly lookAtDue: () => void;
  },
): readonly MenuSection[] {
  const ofKey = keyMenu(key, facts.blocked, deeds);
  if (what === 'material') {
    if (renewsAt === null || renewsAt > readAt || at <= readAt) return ofKey;
    const due = { label: 'Look at what came due…', blocked: null, run: deeds.lookAtDue };
    return [{ heading: 'Renewal', entries: [due] }, ...ofKey];
  }
  const rotate = {
    label: `Force Rotate ${isolate(key.groupName)}…`,
    blocked: forceRotateBlocked(key, facts),
    run: () => deeds.forceRotate(key.groupId),
  };
  return [{ heading: 'Group', entries: [rotate] }, ...ofKey];
}
