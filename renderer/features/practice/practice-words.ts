import type { OutputFor } from '../../../shared/contract/index.ts';
import type { MischiefRule } from '../../../shared/model/practice-mischief.ts';
import { counted, sayCount } from '../../../shared/text/counted.ts';
import { mischiefKinds } from '../../../shared/model/practice-mischief.ts';

type Holds = OutputFor<'practice.show'>['holds'];

/** `3 keys (1 without material), 2 aliases, 120 calls` */
export function holdsWords(holds: Holds): string {
  const without =
    holds.withoutMaterial === 0 ? '' : ` (${sayCount(holds.withoutMaterial)} without material)`;
  return [
    `${counted(holds.keys, 'key')}${without}`,
    counted(holds.aliases, 'alias', 'aliases'),
    ...(holds.keyStores === 0 ? [] : [counted(holds.keyStores, 'key store')]),
    counted(holds.people, 'user or role', 'users and roles'),
    counted(holds.calls, 'call'),
  ].join(', ');
}

/** How much of a fault there is left, in words. */
export function amountWords({ kind, amount }: MischiefRule): string {
  switch (mischiefKinds[kind].unit) {
    case 'none':
      return '';
    case 'calls':
      return amount === null
        ? 'every call'
        : amount === 1
          ? 'the next call'
          : `the next ${amount} calls`;
    case 'milliseconds':
      return `${amount ?? 0} ms`;
    case 'seconds':
      return counted(amount ?? 0, 'second');
  }
}

export const operationWords = (operation: string | null): string =>
  operation === '*' ? 'every operation' : (operation ?? '');
