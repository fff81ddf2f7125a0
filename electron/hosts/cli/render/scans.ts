import {
  scanProgress,
  scanVerdict,
  standingTexts,
  warningOf,
  whatItIs,
  whatItMeans,
} from '../../../../shared/text/scans.ts';
import { counted } from '../../../../shared/text/counted.ts';
import type { OutputFor } from '../operations.ts';
import { clean, paint } from '../screen.ts';
import { table } from '../table.ts';
import type { Style } from './moments.ts';

export interface Found extends OutputFor<'scan.list'> {
  readonly scan: OutputFor<'scan.show'>;
}

/** What AWS holds, what needs a look first, and what that means. */
export function foundText({ scan, keys }: Found, style: Style): string {
  const now = scan.endedAt ?? scan.beganAt;
  const columns = [
    { title: 'Standing' },
    { title: 'KMS key', shrinks: 'middle' },
    { title: 'What it is', shrinks: true },
    { title: 'Warning', shrinks: true, spare: 1 },
    { title: 'Alias', shrinks: true, spare: 2 },
    { title: 'State', spare: 3 },
    { title: 'Origin', spare: 4 },
    { title: 'Spec', spare: 5 },
    { title: 'Usage', spare: 6 },
    { title: 'Multi-Region', spare: 8 },
    { title: 'Made', spare: 7 },
  ] as const;
  const rows = keys.map((key) => {
    const { glyph, word, tone } = standingTexts[key.standing];
    const warning = warningOf(key, now, style.day);
    return [
      { text: `${glyph} ${word}`, tone },
      { text: style.id(key.keyId) },
      { text: whatItIs(key) },
      warning === null ? { text: '' } : { text: `! ${warning}`, tone: 'attention' as const },
      { text: key.aliases.join(', ') },
      { text: key.read?.state ?? '' },
      { text: key.read?.origin ?? '' },
      { text: key.read?.spec ?? '' },
      { text: key.read?.usage ?? '' },
      { text: key.read === null || key.read.multiRegion === 'no' ? '' : key.read.multiRegion },
      { text: style.day(key.read?.createdAt ?? null) },
    ];
  });
  return [
    `Account ${scan.account}, ${clean(scan.region)}: ${scanProgress(scan)}, ${style.when(now)}`,
    ...verdictLines(scan),
    ...(rows.length === 0 ? [] : ['', table(columns, rows, style.width)]),
    ...meanings(keys),
  ].join('\n');
}

function verdictLines(scan: Found['scan']): readonly string[] {
  const verdict = scanVerdict(scan);
  const { 'aws-managed': managed } = scan.counts;
  return [
    ...(verdict === '' ? [] : [verdict]),
    ...(scan.aliasesFailure === null ? [] : ['Aliases could not be read.']),
    ...(managed === 0
      ? []
      : [`${counted(managed, 'key')} that AWS manages: --standing aws-managed`]),
  ];
}

/** What it means of those that somebody has to see to, each said once. */
function meanings(keys: Found['keys']): readonly string[] {
  const open = keys.filter(({ standing }) => standing === 'marked' || standing === 'missing');
  const said = new Map<string, string[]>();
  for (const key of open) {
    const meaning = whatItMeans(key);
    said.set(meaning, [...(said.get(meaning) ?? []), key.keyId]);
  }
  return [...said].flatMap(([meaning, ids]) => [
    '',
    `${paint('attention', '!')} ${ids.map(clean).join(', ')}`,
    `  ${clean(meaning)}`,
  ]);
}
