/** The three headings of the trade, under which the places stand. */
export const headings = {
  keys: 'Key management',
  reporting: 'Logging and reporting',
  administration: 'Administration',
} as const;
type Heading = keyof typeof headings;

/** Every place, in the order of the list. */
export const places = [
  { screen: 'key-groups', title: 'Key Groups', under: 'keys' },
  { screen: 'keys', title: 'Keys', under: 'keys' },
  { screen: 'expiry', title: 'Expiry', under: 'keys' },
  { screen: 'xks', title: 'External Key Stores', under: 'keys' },
  { screen: 'jobs', title: 'Jobs', under: 'reporting' },
  { screen: 'audit', title: 'Audit', under: 'reporting' },
  { screen: 'hsm', title: 'HSM', under: 'administration' },
  { screen: 'credentials', title: 'Credentials', under: 'administration' },
  { screen: 'configuration', title: 'Configuration', under: 'administration' },
  { screen: 'security', title: 'Security and backup', under: 'administration' },
  { screen: 'approvals', title: 'Approvals', under: 'administration' },
  { screen: 'practice', title: 'Practice', under: 'administration' },
] as const satisfies readonly {
  readonly screen: string;
  readonly title: string;
  readonly under: Heading;
}[];

/**
 * The key that goes to a place with Alt, in the same order: the first ten have the digits, the others their
 * letter.
 */
export const placeKeys: readonly string[] = '1234567890AP'.split('');

/** Id of the element that shows a place. */
export const workId = 'work';

/** A place of the window, as it is called in its list, in its title and in the commands. */
export type Place = (typeof places)[number];
export type Screen = Place['screen'];
