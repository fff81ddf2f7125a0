import { create } from 'zustand';
import type { Failure } from '../../../shared/errors/operation-error.ts';
import { counted, sayCount } from '../../../shared/text/counted.ts';
import { tellFailure } from '../../ui/failure-words.ts';
import { keyStates } from '../../../shared/text/states.ts';
import type { Call } from '../../client/client.ts';
import { useNotices } from '../../state/notices.ts';
import { failureOf } from '../../state/reads.ts';
import type { KeyView } from './keys-of-group.ts';

/** Why the last check came to its end early. It outlives the place where the check was asked for. */
export const useCheckFailure = create<{ readonly failure: Failure | null }>(() => ({
  failure: null,
}));
const fails = (failure: Failure | null): void => useCheckFailure.setState({ failure });

/** After so many keys the bottom line says how far it is: each would be too much to be read out. */
const tellsEvery = 50;

interface Checked {
  readonly found: readonly Pick<KeyView, 'state'>[];
  /** How many were to be asked about. */
  readonly all: number;
  readonly of: string;
  /** Groups of theirs whose alias names none of their keys. */
  readonly lost: number;
  /** What ended it early. */
  readonly failure: Failure | null;
}

/** What AWS said of keys that were asked about, in one line. */
function sayChecked({ found, all, of, lost, failure }: Checked) {
  const read = found.length;
  const odd = found.filter(({ state }) => keyStates[state].tone === 'attention').length;
  const keys = read === all ? counted(all, 'key') : `${sayCount(read)} of ${counted(all, 'key')}`;
  const told = [
    read === 0 ? `No key of ${of} was read from AWS.` : `Read ${keys} of ${of} from AWS.`,
    ...(odd === 0 ? [] : [`${odd === read ? 'Each' : `${odd} of them`} needs you.`]),
    ...(lost === 0
      ? []
      : [
          lost === 1
            ? 'An alias names no key of its group.'
            : `${sayCount(lost)} aliases name no key of their group.`,
        ]),
    ...(failure === null ? [] : [tellFailure(failure).headline]),
  ];
  const good = odd === 0 && lost === 0 && failure === null;
  return {
    text: told.join(' '),
    tone: !good ? ('attention' as const) : read === all ? ('good' as const) : ('quiet' as const),
    jobId: null,
  };
}

/** Checks go one after the other, for each tells how far it is and can be stopped. */
let before: Promise<void> = Promise.resolve();

/**
 * Asks AWS about keys, one after the other, until somebody stops it in the bottom line, the keystore
 * is locked or AWS does not answer, and says what it answered. Keys without a copy in AWS are left out.
 */
export function checkInTurn(call: Call, read: () => Promise<readonly KeyView[]>, of: string) {
  before = before.then(async () => {
    fails(null);
    try {
      const asked = (await read()).filter(({ remote }) => remote !== null);
      await checkAll(call, asked, of);
    } catch (error) {
      fails(failureOf(error));
    }
  });
  return before;
}

async function checkAll(call: Call, asked: readonly KeyView[], of: string): Promise<void> {
  const { say, reword, end } = useNotices.getState();
  const asking = `Asking AWS about ${counted(asked.length, 'key')} of ${of}`;
  const stopped = new AbortController();
  const stop = (): void => stopped.abort();
  const notice = say({ text: `${asking}.`, jobId: null, tone: 'quiet', stop });
  const found: KeyView[] = [];
  let failure: Failure | null = null;
  for (const { id } of asked) {
    if (stopped.signal.aborted || failure !== null) break;
    try {
      found.push(await call('key.check', { key: id }, stopped.signal));
    } catch (error) {
      // What was given up is no failure of anything.
      if (!stopped.signal.aborted) failure = failureOf(error);
    }
    if (found.length % tellsEvery === 0 && found.length > 0)
      reword(notice, `${asking}: ${sayCount(found.length)} read.`);
  }
  let lost = 0;
  try {
    if (found.length > 0) lost = await aliasesLost(call, found);
  } catch (error) {
    failure ??= failureOf(error);
  }
  end(notice);
  // The page that follows a lock says why all stopped, and nothing of the keys.
  if (failure?.code === 'KEYSTORE_LOCKED') return;
  fails(failure);
  say(sayChecked({ found, all: asked.length, of, lost, failure }));
}

async function aliasesLost(call: Call, found: readonly KeyView[]): Promise<number> {
  const { groups } = await call('group.list', { needsYou: true, limit: 500 });
  const read = new Set(found.map(({ groupId }) => groupId));
  return groups.filter(({ id, aliasElsewhere }) => aliasElsewhere !== null && read.has(id)).length;
}
