import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Table } from './report.ts';
import { figure } from './report.ts';

interface Frame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
}
interface ProfileNode {
  readonly id: number;
  readonly callFrame: Frame;
  readonly children?: readonly number[];
}
interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface Shares {
  readonly self: Map<string, number>;
  readonly total: Map<string, number>;
}

/** Samples that say that nothing was done. */
const quiet: ReadonlySet<string> = new Set(['(idle)']);

/** Where a profile of V8 (`--cpu-prof`) says that the time went, as two tables in milliseconds. */
export function profileTables(folder: string, root: string): Table[] {
  const profiles = readdirSync(folder)
    .filter((name) => name.endsWith('.cpuprofile'))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as CpuProfile);
  const shares: Shares = { self: new Map(), total: new Map() };
  let all = 0;
  for (const profile of profiles) all += add(profile, shares, root);
  const rows = (of: Map<string, number>, most: number) =>
    [...of]
      .toSorted(([, a], [, b]) => b - a)
      .slice(0, most)
      .map(([name, ms]) => [name, figure(ms), `${figure((ms / all) * 100)} %`]);
  const columns = ['function', 'ms', 'of all'];
  return [
    { title: `Self time, ${figure(all)} ms awake`, columns, rows: rows(shares.self, 40) },
    { title: 'Time with what was called', columns, rows: rows(shares.total, 60) },
  ];
}

function add(profile: CpuProfile, { self, total }: Shares, root: string): number {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parent = new Map<number, number>();
  for (const node of profile.nodes)
    for (const child of node.children ?? []) parent.set(child, node.id);
  const ms = new Map<number, number>();
  for (const [at, id] of profile.samples.entries()) {
    ms.set(id, (ms.get(id) ?? 0) + (profile.timeDeltas[at] ?? 0) / 1000);
  }
  let awake = 0;
  for (const [id, spent] of ms) {
    const node = nodes.get(id);
    if (!node || quiet.has(node.callFrame.functionName)) continue;
    awake += spent;
    const caller = nodes.get(parent.get(id) ?? -1)?.callFrame;
    const native = node.callFrame.url === '' && node.callFrame.functionName === '';
    const name =
      native && caller ? `native code in ${nameOf(caller, root)}` : nameOf(node.callFrame, root);
    count(self, name, spent);
    const seen = new Set<string>();
    for (let up: number | undefined = id; up !== undefined; up = parent.get(up)) {
      const frame = nodes.get(up)?.callFrame;
      if (frame === undefined || frame.functionName === '(root)') break;
      seen.add(nameOf(frame, root));
    }
    for (const name of seen) count(total, name, spent);
  }
  return awake;
}

const count = (to: Map<string, number>, name: string, ms: number): void => {
  to.set(name, (to.get(name) ?? 0) + ms);
};

/** `commit store/transactions.ts:90`; packages by their name, Node's own as `node:fs`. */
function nameOf({ functionName, url, lineNumber }: Frame, root: string): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (url === '') return name;
  const path = url.replace('file://', '');
  const place = path.includes('node_modules/')
    ? path.slice(path.lastIndexOf('node_modules/') + 13).replace(/^((?:@[^/]+\/)?[^/]+)\/.*$/, '$1')
    : path.startsWith(root)
      ? `${path.slice(root.length + 1)}:${lineNumber + 1}`
      : path;
  return `${name} ${place}`;
}
