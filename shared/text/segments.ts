import type { OutputFor } from '../contract/index.ts';
import { counted } from './counted.ts';

/** What a check of the audit of a proxy showed, in words. */

type Verdict = OutputFor<'audit.verify'>;
type Checked = Verdict['segments'][number];
type Fault = Checked['faults'][number];

/** How the log itself came out: the verdict on the whole also counts segments. */
export const logStatus = ({ status, problem }: Verdict): Verdict['status'] =>
  status === 1 && problem === null ? 0 : status;

const problems: Readonly<Record<Fault['problem'], string>> = {
  number: 'its number is not the next one: a record was taken out, put in or moved',
  'previous line':
    'it is not the one that the record after it was written after: it was altered or exchanged',
  'previous segment':
    'the segment before does not end as it did when this one was begun: its end was altered or cut off',
  'missing segment': 'a segment is missing before this one',
  name: 'the file has the name of another segment',
  unreadable: 'a line is no record',
  'cut off': 'the segment ends before the place that the audit log names: its end was cut off',
  'another chain':
    'the records up to here are not those that the audit log names: they were written anew',
  'lost segment': 'the audit log names this segment, and it is not there',
  'not linked': 'the audit log names no such proxy: nothing vouches for these segments',
  'two proxies': 'the segment was written by another proxy',
};

/** One folder: whether its records are those that the log names, and the first that is not. */
export function segmentsText(checked: Checked): {
  readonly good: boolean;
  readonly headline: string;
  readonly lines: readonly string[];
} {
  const { folder, node, files, records, links, linked, unlinked, firstBad, faults } = checked;
  const proxy = node === null ? 'No proxy' : `Proxy ${node}`;
  const read = `${counted(records, 'record')} in ${counted(files, 'segment')} of ${folder}.`;
  const borne = `${counted(links, 'entry').replace('entrys', 'entries')} of the audit log fit them, the newest at record ${linked}.`;
  if (firstBad !== null) {
    return {
      good: false,
      headline: `${proxy}: record ${firstBad} is the first that cannot be relied on.`,
      lines: [
        ...faults.map(faultText),
        read,
        ...(links > 0 ? [borne] : []),
        'Keep the folder as it is and compare it with a copy.',
      ],
    };
  }
  return {
    good: true,
    headline: `${proxy}: ${counted(linked, 'record')} as the audit log has them.`,
    lines: [
      read,
      borne,
      ...(unlinked === 0
        ? []
        : [
            `${counted(unlinked, 'record')} after that ${unlinked === 1 ? 'fits' : 'fit'} the chain, but the log does not name ${unlinked === 1 ? 'it' : 'them'} yet: the end could have been cut off or written anew.`,
          ]),
    ],
  };
}

const faultText = ({ segment, line, problem }: Fault): string =>
  `${segment === null ? '' : `${segment}${line === null ? '' : `, line ${line}`}: `}${problems[problem]}.`;

/** Whose segments were not looked at. */
export const notGivenText = (nodes: readonly string[]): readonly string[] =>
  nodes.length === 0
    ? []
    : [`Not looked at, for nobody named their segments: ${nodes.join(', ')}.`];
