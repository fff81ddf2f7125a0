import type { Screen } from './navigation.ts';

/** A place of the window, as it is called in its list and in the commands. */
export interface Place {
  readonly screen: Screen;
  readonly title: string;
}

/** Every place, in the order of the list: Alt and its number go there. */
export const places: readonly Place[] = [
  { screen: 'key-groups', title: 'Key Groups' },
  { screen: 'keys', title: 'Keys' },
  { screen: 'jobs', title: 'Jobs' },
  { screen: 'audit', title: 'Audit' },
  { screen: 'hsm', title: 'HSM' },
  { screen: 'credentials', title: 'Credentials' },
  { screen: 'configuration', title: 'Configuration' },
  { screen: 'security', title: 'Security and backup' },
  { screen: 'practice', title: 'Practice' },
];
