import type { ApprovalRule } from '../../shared/contract/approval.ts';
import type { Snapshot } from '../state/snapshot.ts';

/** Something that must be known of what is open, said at length and in short. */
export interface Fact {
  readonly id: 'control' | 'hsm' | 'aws' | 'places' | 'device';
  /** What it is about, where all facts stand below each other. */
  readonly title: string;
  readonly long: string;
  /** Empty where it can wait: all facts are said in full elsewhere. */
  readonly short: string;
  readonly tone: 'quiet' | 'attention';
}

const hsmWords: Readonly<Record<Snapshot['hsm'], (label: string) => readonly [string, string]>> = {
  none: () => ['No HSM', 'No HSM'],
  ready: (label) => [`✓ HSM ${label} ready`, '✓ HSM'],
  'pin-needed': (label) => [`! HSM needs its PIN: ${label}`, '! HSM PIN'],
  unavailable: (label) => [`! HSM is away: ${label}`, '! HSM away'],
  'wrong-token': (label) => [`! Another token than ${label}`, '! Other token'],
};

export const fileName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;

const sayPlace = ({ account, region }: Snapshot['places'][number]): string =>
  `${account ?? 'account not yet known'} · ${region}`;

const control: Readonly<Record<ApprovalRule, string>> = {
  off: 'single control',
  destructive: 'dual control for what destroys',
  'every-deed': 'dual control',
};

/** What stands in the top line, in its order. `rule`: what needs a second person; null while it is not known. */
export function factsOf(snapshot: Snapshot, rule: ApprovalRule | null): readonly Fact[] {
  const { keystore, hsm, hsmLabel, connections, places, designated } = snapshot;
  const [hsmLong, hsmShort] = hsmWords[hsm](hsmLabel ?? '');
  const { connected, all } = connections;
  const away = connected < all;
  const others = places.length - 1;
  const [place] = places;
  const facts: (Fact | false)[] = [
    keystore.realm === 'real' &&
      rule !== null && {
        id: 'control',
        title: 'Who can act alone',
        long: control[rule],
        short: '',
        tone: 'quiet',
      },
    {
      id: 'hsm',
      title: 'HSM',
      long: hsmLong,
      short: hsmShort,
      tone: hsm === 'ready' || hsm === 'none' ? 'quiet' : 'attention',
    },
    {
      id: 'aws',
      title: 'AWS',
      long: all === 0 ? 'No AWS credential yet' : `AWS ${connected} of ${all} connected`,
      short: all === 0 ? 'No credential' : away ? `! AWS ${connected} of ${all}` : '',
      tone: away ? 'attention' : 'quiet',
    },
    place !== undefined && {
      id: 'places',
      title: places.length === 1 ? 'Account and Region' : 'Accounts and Regions',
      long: `${sayPlace(place)}${others > 0 ? ` and ${others} more` : ''}`,
      short: `${sayPlace(place)}${others > 0 ? ` +${others}` : ''}`,
      tone: 'quiet',
    },
    {
      id: 'device',
      title: 'This device',
      long:
        designated === true
          ? 'This device rotates on schedule'
          : 'This device is not the designated one',
      short: designated === true ? 'Rotates here' : 'Not designated',
      tone: 'quiet',
    },
  ];
  return facts.filter((fact) => fact !== false);
}

/** Everything the top line knows, in full: `[what it is about, what is so]`. */
export function allFactsOf(
  snapshot: Snapshot,
  rule: ApprovalRule | null,
): readonly (readonly [string, string])[] {
  const { keystore, places } = snapshot;
  return [
    ['Keystore', keystore.path],
    ...factsOf(snapshot, rule).flatMap(({ id, title, long }) =>
      id === 'places'
        ? places.map((each, at): [string, string] => [at === 0 ? title : '', sayPlace(each)])
        : [[title, long] as const],
    ),
  ];
}
