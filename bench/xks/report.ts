import { median } from '../support/measure.ts';
import { atLeast, atMost, figure, type Goal, type Report, type Table } from '../support/report.ts';
import { keeps, type OpenRound, quota } from './open-loop.ts';
import type { Memory, Scale } from './scale.ts';
import type { Cell, Run } from './throughput.ts';

export interface Measured {
  readonly cells: readonly Cell[];
  readonly signature: Cell | null;
  readonly open: readonly OpenRound[];
  readonly memory: Memory | null;
  readonly scale: Scale | null;
}

const shareOf = ({ pairs }: Cell): number =>
  median(pairs.map(({ limit, product }) => product.perSecond / limit.perSecond));

const wanted = (connections: number): number => (connections === 16 ? 0.6 : 0.5);

function throughputTable(cells: readonly Cell[]): Table {
  const of = ({ pairs }: Cell, side: 'limit' | 'product', take: (run: Run) => number) =>
    figure(median(pairs.map((pair) => take(pair[side]))));
  return {
    title: 'As fast as it is answered, medians of interleaved rounds',
    columns: [
      'call',
      'connections',
      'bare, requests/s',
      'proxy, requests/s',
      'share',
      'CPU us each, bare',
      'CPU us each, proxy and bridge',
      'proxy p50 ms',
      'proxy p99 ms',
      'bare p99 ms',
    ],
    rows: cells.map((cell) => [
      cell.name,
      String(cell.connections),
      of(cell, 'limit', (run) => run.perSecond),
      of(cell, 'product', (run) => run.perSecond),
      figure(shareOf(cell)),
      of(cell, 'limit', (run) => run.cpuEach),
      of(cell, 'product', (run) => run.cpuEach),
      of(cell, 'product', (run) => run.p50),
      of(cell, 'product', (run) => run.p99),
      of(cell, 'limit', (run) => run.p99),
    ]),
  };
}

function openTable(rounds: readonly OpenRound[]): Table {
  return {
    title: `${quota} requests a second, whatever is answered; times from when each was due`,
    columns: ['round', 'bare p99 ms', 'proxy p50 ms', 'proxy p99 ms', 'longest ms', 'over 250 ms'],
    rows: rounds.map(({ limit, product }, at) => [
      String(at + 1),
      figure(limit.p99),
      figure(product.p50),
      figure(product.p99),
      figure(product.most),
      String(product.late),
    ]),
  };
}

function throughputGoals(cells: readonly Cell[]): Goal[] {
  const refused = cells.flatMap(({ pairs }) => pairs.map(({ product }) => product.refused));
  const errors = refused.reduce((sum, each) => sum + each, 0);
  return [
    ...cells.map((cell) => {
      const share = shareOf(cell);
      const goal = `${cell.name}, ${cell.connections} connections: ${figure(wanted(cell.connections) * 100)} % of the bare server`;
      return atLeast(goal, share, wanted(cell.connections), `${figure(share * 100)} %`);
    }),
    atMost('no answer but 200 in all that', errors, 0, String(errors)),
  ];
}

function furtherGoals({ signature, open, memory, scale }: Measured): Goal[] {
  const goals: Goal[] = [];
  if (signature !== null) {
    const share = shareOf(signature);
    const goal = 'the check of SigV4 takes at most 30 % of the bare rate';
    goals.push(atLeast(goal, share, 0.7, `${figure((1 - share) * 100)} %`));
  }
  if (open.length > 0) {
    const kept = open.filter(({ product }) => keeps(product)).length;
    const goal = `${quota} requests/s: p99 at most 50 ms, none over 250 ms, in 4 rounds of 5`;
    goals.push(atLeast(goal, kept, open.length < 4 ? 1 : 4, `${kept} rounds of ${open.length}`));
  }
  if (scale !== null) {
    const { keys, share, initialize, find, start, firstEver } = scale;
    const goal = `${keys} keys in the token: the rate within 10 % of that with few`;
    goals.push(atLeast(goal, share, 0.9, `${figure(share * 100)} %`));
    const most = initialize + find + 300;
    const text = `${figure(start)} ms; C_Initialize ${figure(initialize)}, one find ${figure(find)}; the first start ever ${figure(firstEver)}`;
    goals.push(atMost('start to first answer: both and 300 ms', start, most, text));
  }
  if (memory !== null) {
    const sum = (of: readonly number[]) => of.reduce((all, each) => all + each, 0);
    const grown = sum(memory.after) - sum(memory.before);
    const goal = `after ${memory.requests} requests at most 20 MiB more than after 10,000`;
    const text = `${memory.before.map(figure).join(' + ')}, then ${memory.after.map(figure).join(' + ')} MiB`;
    goals.push(atMost(goal, grown, 20, text));
  }
  return goals;
}

export function xksReport(measured: Measured): Report {
  const { cells, signature, open } = measured;
  const rows = signature === null ? cells : [...cells, signature];
  return {
    title: 'The XKS proxy',
    goals: [...throughputGoals(cells), ...furtherGoals(measured)],
    tables: [throughputTable(rows), ...(open.length > 0 ? [openTable(open)] : [])],
    remarks: [
      'Both sides answer the same bodies over TLS 1.3 on connections that stay, in turn, to one process that sends a request signed beforehand. The proxy checks signature, fields, rules and binding, lets a SoftHSM token key do the work in the bridge process, and answers after its audit record is on the disk.',
      'The share depends on how idle the machine is: a request passes proxy, bridge, proxy, disk and proxy again, and each waits for a core while others use it. CPU time for each request does not.',
      'A start has the compiled code of an earlier one, as a proxy has it that `keyreeve xks serve` starts. The first start ever, and a proxy that is started from its sources by hand, have none.',
      'In the row "SigV4 alone" the second side is the bare server with the check of the signature and nothing else.',
    ],
  };
}
