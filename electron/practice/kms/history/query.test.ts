import { afterEach, beforeEach, expect, test } from 'vitest';
import type { JournalEntry } from '../state/journal.ts';
import { openState, type State } from '../state/state.ts';
import { historyQuerySchema, readHistory } from './query.ts';

let state: State;
beforeEach(() => void (state = openState(null)));
afterEach(() => state.close());

test('others have their turn while a filter that fits nothing looks at all there is', async () => {
  const entry = { operation: 'DescribeKey', effects: [], trail: null } as unknown as JournalEntry;
  state.transaction(() => {
    for (let at = 0; at < 2500; at += 1) state.journal.append(entry);
  });
  let turns = 0;
  let done = false;
  const count = (): void => {
    turns += 1;
    if (!done) setImmediate(count);
  };
  setImmediate(count);
  const query = historyQuerySchema.parse({ errorCode: 'NotFoundException' });
  expect(await readHistory(state, query)).toEqual({ Records: [], next: 2500 });
  done = true;
  expect(turns).toBeGreaterThanOrEqual(2);
});
