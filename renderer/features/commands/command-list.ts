import type { Look } from '../../state/look.ts';
import type { Screen } from '../../state/navigation.ts';
import { placeKeys, places } from '../../state/places.ts';
import type { SelectedThing } from '../../state/selection.ts';
import type { Dialog } from '../../state/dialogs.ts';
import type { Snapshot } from '../../state/snapshot.ts';
import type { MenuFacts } from '../key-groups/tree-menus.ts';
import { fitOf } from './match.ts';
import {
  folderOffers,
  groupOffers,
  keyOffers,
  type Offer,
  xksKeyOffers,
  xksStoreOffers,
} from './selected-offers.ts';
import { isolate } from '../../../shared/text/isolate.ts';

/** One thing that can be done from the palette. */
export interface Command {
  readonly id: string;
  readonly title: string;
  readonly section: string;
  /** As shown: `Alt+3`. */
  readonly shortcut?: string;
  /** Why it cannot be run now. It stays in the list. */
  readonly blocked: string | null;
  readonly run: () => void;
}

/** What commands know of the window, and what they can do with it. */
export interface Reach {
  readonly snapshot: Pick<Snapshot, 'keystore' | 'hsm' | 'hsmLabel' | 'designated' | 'counts'>;
  readonly selected: SelectedThing | null;
  readonly look: Look;
  /** Why nothing can be changed; null when it can. */
  readonly blocked: string | null;
  readonly go: (screen: Screen) => void;
  readonly show: (dialog: Dialog) => void;
  readonly showJobsOf: (group: { readonly id: string; readonly name: string }) => void;
  readonly focusFind: () => void;
  readonly lock: () => void;
  readonly chooseLook: (look: Look) => void;
}

/** Everything that can be done, in the order of what is most likely wanted. */
export function commandsFor(reach: Reach): readonly Command[] {
  return [
    ...onSelected(reach),
    ...placeCommands(reach),
    ...windowCommands(reach),
    ...keyManagement(reach),
    ...administration(reach),
    ...lookCommands(reach),
  ];
}

const shows =
  ({ show }: Reach, section: string) =>
  (title: string, dialog: Dialog, blocked: string | null): Command => ({
    id: `${section} ${title}`,
    title,
    section,
    blocked,
    run: () => show(dialog),
  });

function onSelected(reach: Reach): readonly Command[] {
  const { selected, blocked, snapshot } = reach;
  if (selected === null) return [];
  const { id, name } = selected;
  const section = `Selected: ${isolate(name)}`;
  const deed = shows(reach, section);
  const offers = offersOn(selected, { blocked, snapshot }).map((each) =>
    deed(each.title, each.dialog, each.blocked),
  );
  if (selected.kind !== 'group') return offers;
  const jobs: Command = {
    id: `${section} jobs`,
    title: `Show jobs of ${isolate(name)}`,
    section,
    blocked: null,
    run: () => reach.showJobsOf({ id, name }),
  };
  return [...offers, jobs];
}

function offersOn(selected: SelectedThing, facts: MenuFacts): readonly Offer[] {
  switch (selected.kind) {
    case 'folder':
      return folderOffers(selected, facts.blocked);
    case 'group':
      return groupOffers(selected, facts);
    case 'key':
      return keyOffers(selected, facts.blocked);
    case 'xks-key':
      return xksKeyOffers(selected, facts.blocked);
    case 'xks-store':
      return xksStoreOffers(selected, facts.blocked);
  }
}

const placeCommands = ({ go }: Reach): readonly Command[] =>
  places.map(({ screen, title }, at) => ({
    id: `go ${screen}`,
    title: `Go to ${title}`,
    section: 'Places',
    shortcut: `Alt+${placeKeys[at]}`,
    blocked: null,
    run: () => go(screen),
  }));

function windowCommands({ focusFind, lock, show }: Reach): readonly Command[] {
  const section = 'Window';
  const command = (title: string, shortcut: string, run: () => void): Command => ({
    id: `window ${title}`,
    title,
    section,
    shortcut,
    blocked: null,
    run,
  });
  return [
    command('Find by name, alias, key ID, ARN, KCV or request ID', 'Ctrl+F', focusFind),
    command('Lock now', 'Alt+L', lock),
    command('Show keyboard shortcuts', '?', () => show({ kind: 'shortcuts' })),
  ];
}

function keyManagement(reach: Reach): readonly Command[] {
  const { blocked, snapshot } = reach;
  const deed = shows(reach, 'Key management');
  const { due, renewals } = snapshot.counts;
  return [
    deed('Add key group…', { kind: 'add-group', folder: null }, blocked),
    deed('Add external key store…', { kind: 'xks-add-store' }, blocked),
    deed('Add folder…', { kind: 'add-folder', parent: null }, blocked),
    deed(
      'Look at what came due…',
      { kind: 'due' },
      due + renewals === 0 ? 'Nothing waits for a choice.' : null,
    ),
    deed('Export the audit log…', { kind: 'export-audit' }, blocked),
    deed('Verify an exported audit log…', { kind: 'verify-audit' }, null),
  ];
}

function administration(reach: Reach): readonly Command[] {
  const { blocked, snapshot } = reach;
  const deed = shows(reach, 'Administration');
  const noPin = snapshot.hsm === 'pin-needed' ? blocked : 'The HSM asks for no PIN now.';
  const designated = snapshot.designated === true ? 'This device is the designated one.' : blocked;
  return [
    deed('Import credential…', { kind: 'import-credential' }, blocked),
    deed('Attach HSM…', { kind: 'attach-hsm' }, blocked),
    deed('Enter PIN of the HSM…', { kind: 'enter-pin' }, noPin),
    deed('Designate this device…', { kind: 'designate' }, designated),
    deed('Add a way to unlock…', { kind: 'add-slot' }, blocked),
    deed('Add an approver…', { kind: 'add-approver' }, blocked),
    deed('Change what needs a second person…', { kind: 'approval-rule' }, blocked),
    deed('Restore a backup…', { kind: 'restore' }, null),
  ];
}

const lookTitles: Readonly<Record<Look, string>> = {
  light: 'Look: light',
  dark: 'Look: dark',
  system: 'Look: as this computer says',
};

const lookCommands = ({ look, chooseLook }: Reach): readonly Command[] =>
  (Object.keys(lookTitles) as Look[]).map((each) => ({
    id: `look ${each}`,
    title: lookTitles[each],
    section: 'Look',
    blocked: each === look ? 'It looks so now.' : null,
    run: () => chooseLook(each),
  }));

export interface FittingCommand extends Command {
  /** Indexes of the letters of the title that fit what was typed. */
  readonly letters: readonly number[];
}

/** Commands that fit what was typed, best first; of equal ones the order stays. */
export function fitting(commands: readonly Command[], typed: string): readonly FittingCommand[] {
  return commands
    .flatMap((command) => {
      const fit = fitOf(command.title, typed) ?? sectionFit(command, typed);
      return fit === null ? [] : [{ command, fit }];
    })
    .toSorted((a, b) => a.fit.score - b.fit.score)
    .map(({ command, fit }) => ({ ...command, letters: fit.at }));
}

/** A section's name finds all its commands, after those that are called so themselves. */
function sectionFit({ section }: Command, typed: string) {
  const fit = fitOf(section, typed);
  return fit === null ? null : { score: fit.score + 20, at: [] };
}
