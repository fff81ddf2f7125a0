/** One line of the list of shortcuts. */
export interface Shortcut {
  readonly keys: readonly string[];
  /** What stands between two keys. */
  readonly between?: 'to';
  readonly does: string;
}
export interface ShortcutGroup {
  readonly title: string;
  readonly shortcuts: readonly Shortcut[];
}

/**
 * Every key that does something, where it does. Places are on Alt and not on Ctrl, which browsers
 * keep for their tabs.
 */
export const shortcutGroups: readonly ShortcutGroup[] = [
  {
    title: 'Everywhere',
    shortcuts: [
      { keys: ['Ctrl+K'], does: 'Commands: everything that can be done' },
      { keys: ['Ctrl+F'], does: 'Find a key, group, job, ARN, alias, KCV or request ID' },
      {
        keys: ['Alt+1', 'Alt+0'],
        between: 'to',
        does: 'Go to a place, in the order of the list at the left',
      },
      { keys: ['Alt+A'], does: 'Go to Approvals' },
      { keys: ['Alt+P'], does: 'Go to Practice, the last of them' },
      { keys: ['Alt+L'], does: 'Lock now' },
      { keys: ['?'], does: 'This list' },
      { keys: ['Esc'], does: 'Close what is on top' },
    ],
  },
  {
    title: 'In lists and in the tree',
    shortcuts: [
      { keys: ['↑', '↓'], does: 'The row above or below' },
      { keys: ['Home', 'End'], does: 'The first or the last row' },
      { keys: ['Page Up', 'Page Down'], does: 'A screenful up or down' },
      { keys: ['Enter'], does: 'Open' },
      { keys: ['Shift+F10', 'Menu'], does: 'What can be done with this row' },
    ],
  },
  {
    title: 'Several rows at once: key groups, jobs',
    shortcuts: [
      { keys: ['Shift+↑', 'Shift+↓'], does: 'Choose the rows in between; or Shift and a click' },
      { keys: ['Space'], does: 'Choose one more or one less; or Ctrl and a click' },
      { keys: ['Ctrl+A'], does: 'Choose all that are listed' },
    ],
  },
  {
    title: 'In the tree of key groups',
    shortcuts: [
      { keys: ['→', '←'], does: 'Open or close; then to the first child or the parent' },
      { keys: ['*'], does: 'Open everything on this level' },
      { keys: ['A', 'Z'], between: 'to', does: 'Type the beginning of a name to go there' },
      { keys: ['F2'], does: 'Rename' },
      { keys: ['Alt+Enter'], does: 'Properties' },
    ],
  },
];
