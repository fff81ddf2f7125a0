import { create } from 'zustand';
import { type Call, holdsBytes } from '../client/client.ts';
import { OperationError } from '../../shared/errors/operation-error.ts';

/** What became of the question for a second person. */
type Ending =
  | { readonly kind: 'approved'; readonly by: string }
  | { readonly kind: 'left' | 'refused' };

/** A call that a second person has to approve before it is made again. */
export interface HeldUp {
  /** Of this call: two may wait for one request. */
  readonly id: number;
  /** Number of the request. */
  readonly request: number;
  /** Names of those who can approve it. */
  readonly approvers: readonly string[];
  /** It is made again by itself; what held a secret is typed anew instead. */
  readonly repeats: boolean;
  readonly end: (how: Ending) => void;
}

interface SecondPerson {
  /** In the order they came: the first is asked about. */
  readonly waiting: readonly HeldUp[];
  /** Nobody here can decide any more: all of them stay requests. */
  readonly leaveAll: () => void;
}

export const useSecondPerson = create<SecondPerson>((_set, get) => ({
  waiting: [],
  leaveAll: () => {
    for (const held of get().waiting) held.end({ kind: 'left' });
  },
}));

let last = 0;

function ask(held: Omit<HeldUp, 'id' | 'end'>): Promise<Ending> {
  return new Promise((resolve) => {
    last += 1;
    const asked: HeldUp = {
      ...held,
      id: last,
      end: (how) => {
        useSecondPerson.setState(({ waiting }) => ({
          waiting: waiting.filter((each) => each !== asked),
        }));
        resolve(how);
      },
    };
    useSecondPerson.setState(({ waiting }) => ({ waiting: [...waiting, asked] }));
  });
}

/**
 * Calls as `call` does. What is held up for a second person is asked about in the window, and made again with the
 * same input once it was approved, so that whoever called sees one call. An input with secret bytes was wiped: that
 * call fails, and says that it is approved and to be done again.
 * @throws OperationError APPROVAL_NEEDED where it is left waiting, APPROVAL_OVER where it was refused
 */
export function askingSecondPerson(call: Call): Call {
  return async (name, input, givenUp) => {
    const repeats = !holdsBytes(input);
    for (;;) {
      try {
        return await call(name, input, givenUp);
      } catch (error) {
        const needed = neededBy(error);
        if (needed === null) throw error;
        const how = await ask({ ...needed, repeats });
        if (how.kind === 'approved' && repeats) continue;
        throw saidOf(how, needed.request, error);
      }
    }
  };
}

/** What a call waits for; null where it failed for anything else. */
function neededBy(error: unknown): Pick<HeldUp, 'request' | 'approvers'> | null {
  if (!(error instanceof OperationError) || error.code !== 'APPROVAL_NEEDED') return null;
  const { request, approvers } = error.details;
  if (typeof request !== 'number') return null;
  return { request, approvers: Array.isArray(approvers) ? approvers.map(String) : [] };
}

function saidOf(how: Ending, request: number, error: unknown): unknown {
  if (how.kind === 'refused')
    return new OperationError('APPROVAL_OVER', { request, state: 'refused' });
  if (how.kind === 'approved')
    return new OperationError('APPROVAL_NEEDED', { request, approvedBy: how.by });
  return error;
}
