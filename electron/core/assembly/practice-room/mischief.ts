import {
  mischiefKinds,
  type MischiefKind,
  mischiefNames,
  type MischiefRule,
} from '../../../../shared/model/practice-mischief.ts';
import type { Control } from './control.ts';

/** Names of the control port, where they differ by more than their place. */
const ofOperation = {
  'lost-reply': 'loseResponseAfterEffect',
  'reset-after': 'resetAfterEffect',
  'hang-after': 'hangAfterEffect',
  'cut-reply': 'cutReply',
  twice: 'deliverTwice',
  drop: 'dropBeforeEffect',
  reset: 'resetBeforeEffect',
  hang: 'hangBeforeEffect',
  throttle: 'throttle',
  'error-500': 'http500',
  'error-503': 'http503',
  'expired-credential': 'expiredCredentials',
  latency: 'latencyMs',
  'late-reply': 'replyDelayMs',
  'slow-reply': 'slowBodyMs',
} as const satisfies Partial<Record<MischiefKind, string>>;

const unseen = {
  'late-aliases': 'aliasesSeconds',
  'late-keys': 'keysSeconds',
  'late-states': 'statesSeconds',
  'late-tags': 'tagsSeconds',
  'late-policies': 'policiesSeconds',
  'late-grants': 'grantsSeconds',
} as const satisfies Partial<Record<MischiefKind, string>>;

type Strikes = number | { readonly odds: number } | readonly [number, number];
interface Wire {
  readonly operations: Readonly<Record<string, Readonly<Record<string, Strikes>>>>;
  readonly swapWrappingKey: boolean;
  readonly expireTokens: boolean;
  readonly eventualConsistency: Readonly<Record<string, number>>;
  readonly clockSkewSeconds: number;
  readonly dateHeader: 'right' | 'absent' | 'garbled';
}
type Denied = Readonly<Record<string, number | null>>;

const kindOf = <Kind extends MischiefKind>(
  table: Readonly<Record<Kind, string>>,
  name: string,
): Kind | undefined => (Object.keys(table) as Kind[]).find((kind) => table[kind] === name);

const ofAll = (kind: MischiefKind, amount: number | null = null): MischiefRule => ({
  kind,
  operation: null,
  amount,
});

/** Every fault that is on, in the order of their kinds; those that have struck out are off. */
export async function readMischief(control: Control): Promise<MischiefRule[]> {
  const [wire, denied] = await Promise.all([
    control.get<Wire>('/mischief'),
    control.get<Denied>('/deny'),
  ]);
  const rules: MischiefRule[] = [];
  for (const [operation, faults] of Object.entries(wire.operations)) {
    for (const [name, strikes] of Object.entries(faults)) {
      const kind = kindOf(ofOperation, name);
      if (kind === undefined || strikes === 0) continue;
      const amount = Array.isArray(strikes) ? (strikes[1] ?? 0) : strikes;
      rules.push({ kind, operation, amount: typeof amount === 'number' ? amount : null });
    }
  }
  for (const [action, times] of Object.entries(denied)) {
    rules.push({ kind: 'refuse', operation: action.replace(/^kms:/, ''), amount: times });
  }
  if (wire.swapWrappingKey) rules.push(ofAll('wrong-wrapping-key'));
  if (wire.expireTokens) rules.push(ofAll('stale-tokens'));
  for (const [name, seconds] of Object.entries(wire.eventualConsistency)) {
    const kind = kindOf(unseen, name);
    if (kind !== undefined && seconds > 0) rules.push(ofAll(kind, Math.ceil(seconds)));
  }
  if (wire.clockSkewSeconds !== 0)
    rules.push(ofAll('clock-skew', Math.round(wire.clockSkewSeconds)));
  if (wire.dateHeader === 'absent') rules.push(ofAll('no-date'));
  if (wire.dateHeader === 'garbled') rules.push(ofAll('garbled-date'));
  return rules.sort((a, b) => mischiefNames.indexOf(a.kind) - mischiefNames.indexOf(b.kind));
}

/** Puts these in the place of all that is on. @throws OperationError PRACTICE_REFUSED */
export async function writeMischief(
  control: Control,
  rules: readonly MischiefRule[],
): Promise<void> {
  const operations: Record<string, Record<string, number | { odds: number }>> = {};
  const eventualConsistency: Record<string, number> = {};
  for (const { kind, operation, amount } of rules) {
    if (kind in ofOperation) {
      const at = (operations[operation ?? '*'] ??= {});
      const every = mischiefKinds[kind].unit === 'calls' ? { odds: 1 } : 0;
      at[ofOperation[kind as keyof typeof ofOperation]] = amount ?? every;
    } else if (kind in unseen) {
      eventualConsistency[unseen[kind as keyof typeof unseen]] = amount ?? 0;
    }
  }
  const has = (kind: MischiefKind) => rules.find((rule) => rule.kind === kind);
  await control.post('/mischief', {
    operations,
    eventualConsistency,
    swapWrappingKey: has('wrong-wrapping-key') !== undefined,
    expireTokens: has('stale-tokens') !== undefined,
    clockSkewSeconds: has('clock-skew')?.amount ?? 0,
    dateHeader: has('no-date') ? 'absent' : has('garbled-date') ? 'garbled' : 'right',
  });
  await control.remove('/deny');
  for (const { kind, operation, amount } of rules) {
    if (kind !== 'refuse' || operation === null) continue;
    const action = operation.includes(':') ? operation : `kms:${operation}`;
    await control.post('/deny', {
      actions: [action],
      ...(amount === null || amount === 0 ? {} : { times: amount }),
    });
  }
}

/** The same fault, whatever is left of it. */
export const sameFault = (a: MischiefRule, b: MischiefRule): boolean =>
  a.kind === b.kind && a.operation === b.operation;
