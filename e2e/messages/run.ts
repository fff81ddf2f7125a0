/**
 * The message campaign: sends messages that differ from a valid one in one field, valid ones between
 * them, to the host of each transport, and looks whether any was carried out, whether a process broke,
 * whether the keystore holds what it held, and whether memory grew. Exit code 1 if anything is wrong.
 */
import { parseArgs } from 'node:util';
import { growth, mostGrowth } from './campaign.ts';
import { type Attempt, attempts, type TransportName } from './attempt.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    transport: { type: 'string', multiple: true, default: [] },
  },
});
const count = Number(values.count);
const names = values.transport.length > 0 ? values.transport : Object.keys(attempts);
const known = names.filter((name): name is TransportName => Object.hasOwn(attempts, name));
if (!Number.isInteger(count) || count < 100 || known.length < names.length) {
  process.stderr.write(
    'usage: npm run test:messages -- [--count N] [--seed TEXT] [--transport web|ipc]\n',
  );
  process.exit(2);
}

const shown = 40;

function tell({ outcome, before, after }: Attempt): boolean {
  const { transport, sent, wrong, controls, nonsense, accepted, astray, crashes } = outcome;
  for (const [title, found] of Object.entries({ accepted, astray, crashes })) {
    for (const [what, times] of counted(found).slice(0, shown)) {
      console.log(`${title}: ${what}${times > 1 ? ` (${times} times)` : ''}`);
    }
  }
  const grown = growth(outcome);
  const same = before === after;
  console.log(
    `${transport}: ${sent} messages, ${wrong} wrong in one field, ${nonsense} no call at all, ${controls} valid; ` +
      `${accepted.length} invalid accepted, ${astray.length} answered wrongly, ${crashes.length} crashes; ` +
      `state hash ${same ? 'the same' : `CHANGED in ${changedTables(before, after)}`}; memory ${grown < 0 ? '' : '+'}${grown.toFixed(1)} MiB`,
  );
  return accepted.length + astray.length + crashes.length === 0 && same && grown <= mostGrowth;
}

function changedTables(before: string, after: string): string {
  const kept = new Set(before.split('\n'));
  const changed = after.split('\n').filter((line) => !kept.has(line));
  return changed.map((line) => line.split(' ')[0]).join(', ');
}

function counted(found: readonly string[]): (readonly [string, number])[] {
  const times = new Map<string, number>();
  for (const what of found) times.set(what, (times.get(what) ?? 0) + 1);
  return [...times].sort(([, a], [, b]) => b - a);
}

const results: boolean[] = [];
for (const name of known) {
  const progress = (sent: number): void => console.log(`${name}: ${sent} of ${count}`);
  results.push(tell(await attempts[name]({ count, seed: values.seed, progress })));
}
const failed = results.filter((good) => !good).length;
console.log(
  `message campaign: ${count} on each of ${results.length}, seed ${values.seed}, ${failed} failed`,
);
process.exitCode = failed > 0 ? 1 : 0;
