import type { z } from 'zod';
import type { keyOps } from '../../../shared/contract/key.ts';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { type EndingMark, readMark, writeMark } from '../../../shared/model/ending-mark.ts';
import { needsSomebody } from '../keystore/key-endings.ts';
import type { OpenKeystore } from './context.ts';
import { viewKey } from './key-view.ts';

const day = 86_400_000;

/** @throws OperationError BAD_INPUT */
function requireMark(after: string): EndingMark {
  const mark = readMark(after);
  if (mark) return mark;
  throw new OperationError('BAD_INPUT', { field: 'after', problem: 'not a page mark' });
}

/** A page of the keys of which something ends until a time. */
export function keysEnding(
  open: OpenKeystore,
  { days, until, limit, after }: z.output<typeof keyOps.ending.input>,
): z.output<typeof keyOps.ending.output> {
  const now = open.clock.now();
  const { endings, total } = open.endings.until({
    until: until ?? now + days * day,
    most: limit,
    after: after === null ? null : requireMark(after),
  });
  const last = endings.length === limit ? endings.at(-1) : undefined;
  return {
    ending: endings.map((ending) => {
      const { keyId, at, what, byItselfAt } = ending;
      return {
        key: viewKey(open, open.keys.get(keyId)),
        at,
        what,
        renewsAt: what === 'material' ? byItselfAt : null,
        rotatesAt: what === 'life' ? byItselfAt : null,
        needsYou: needsSomebody(ending, now),
      };
    }),
    total,
    next: last ? writeMark(last) : null,
    readAt: now,
  };
}
