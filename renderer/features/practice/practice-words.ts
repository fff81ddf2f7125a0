import type { OutputFor } from '../../../shared/contract/index.ts';
import type { MischiefRule } from '../../../shared/model/practice-mischief.ts';
import { mischiefKinds } from '../../../shared/model/practice-mischief.ts';

type Holds = OutputFor<'practice.show'>['holds'];

const some = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

/** `3 keys (1 without material), 2 aliases, 120 calls` */
export function holdsWords(holds: Holds): string {
  const without = holds.withoutMaterial === 0 ? '' : ` (${holds.withoutMaterial} without material)`;
  return [
    `${some(holds.keys, 'key')}${without}`,
    some(holds.aliases, 'alias', 'aliases'),
    ...(holds.keyStores === 0 ? [] : [some(holds.keyStores, 'key store')]),
    some(holds.people, 'user or role', 'users and roles'),
    some(holds.calls, 'call'),
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
      return some(amount ?? 0, 'second');
  }
}

export const operationWords = (operation: string | null): string =>
  operation === '*' ? 'every operation' : (operation ?? '');
