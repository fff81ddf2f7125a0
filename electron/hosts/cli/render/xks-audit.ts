import { counted, sayCount } from '../../../../shared/text/counted.ts';
import type { OutputFor } from '../operations.ts';
import { facts, table } from '../table.ts';
import type { Style } from './moments.ts';

type Reconciled = OutputFor<'xks.reconcile'>;
type Call = Reconciled['awsOnly']['first'][number];

export function reconciledText(found: Reconciled, style: Style): string {
  const { span, nodes, different, awsOnly, proxyOnly } = found;
  const sources = [counted(found.files, 'file'), counted(found.records, 'record')].join(', ');
  const proxies = nodes.map(({ node, records }) => `${node} (${sayCount(records)})`).join(', ');
  const parts = [
    facts([
      ['CloudTrail', sources],
      ['Time', span === null ? 'none' : `${style.when(span.from)} to ${style.when(span.to)}`],
      ['Proxies', proxies === '' ? 'none here' : proxies],
      ['Matched', String(found.matched)],
      ['Refused by AWS first', String(found.refusedByAws)],
      ['Beyond the records', String(found.beyond)],
    ]),
    ...nodes.flatMap(({ node, gaps }) =>
      gaps.map(({ segment, line, problem }) => `✗ Proxy ${node}: ${segment}:${line}: ${problem}`),
    ),
    ...listed('Only in CloudTrail: no proxy here was asked', awsOnly, style),
    ...listed('Only at the proxy: CloudTrail knows no such call', proxyOnly, style),
    ...listed('Told differently', different, style),
  ];
  if (awsOnly.count + proxyOnly.count + different.count === 0)
    parts.push('✓ Both sides tell the same.');
  return parts.join('\n');
}

export const linksText = ({ links }: OutputFor<'xks.link'>): string =>
  links.length === 0
    ? 'No proxy has written anything here.'
    : facts(
        links.map(({ node, records, segment }) => [
          node,
          `${counted(records, 'record')}, to ${segment}`,
        ]),
      );

function listed(
  title: string,
  { count, first }: { count: number; first: readonly (Call & { problem?: string })[] },
  { when, width }: Style,
): string[] {
  if (count === 0) return [];
  const rows = first.map((call) => [
    { text: when(call.at) },
    { text: call.operation },
    { text: call.problem ?? call.verdict },
    { text: call.requestId },
    { text: call.arn },
    { text: call.principal ?? '' },
  ]);
  const columns = [
    { title: 'Time' },
    { title: 'Call' },
    { title: 'Said' },
    { title: 'Request', shrinks: true },
    { title: 'KMS key', shrinks: true, spare: 1 },
    { title: 'Caller', shrinks: true, spare: 2 },
  ];
  const more = count > first.length ? [`… and ${count - first.length} more`] : [];
  return ['', `✗ ${title}: ${sayCount(count)}`, table(columns, rows, width), ...more];
}

export function certificateText(
  { current, pending, problem, certificate, privateKey }: OutputFor<'xks.certificate'>,
  { when }: Style,
): string {
  const shown: [string, string][] =
    current === null
      ? [['Certificate', 'none']]
      : [
          ['Certificate', current.names.join(', ') || current.subject],
          ['Issued by', `${current.issuer}, ${current.chain} more in the chain`],
          ['Valid', `${when(current.notBefore)} to ${when(current.notAfter)}`],
          ['Fingerprint', current.fingerprint],
          ['Files', `${certificate}, ${privateKey}`],
        ];
  const asked: [string, string][] =
    pending === null ? [] : [['Asked for', `${pending.host}, since ${when(pending.madeAt)}`]];
  const wrong: [string, string][] = problem === null ? [] : [['! Unreadable', problem]];
  return facts([...shown, ...asked, ...wrong]);
}
