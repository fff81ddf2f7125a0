import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { StepContext, StepResult } from '../kind.ts';
import type { DeedServices } from './services.ts';

/** AWS out of reach: looked at again after this long. Milliseconds. */
const lookAgain = 15 * 60_000;

/**
 * For what another job promised, and no command does later: what only a person can mend waits for a
 * person, and AWS out of reach is waited out, instead of ending the job for good. For acting and looking.
 */
export const promised =
  <P, Looked = never>(
    { clock }: Pick<DeedServices, 'clock'>,
    work: (context: StepContext<P>) => Promise<StepResult | Looked>,
  ): ((context: StepContext<P>) => Promise<StepResult | Looked>) =>
  async (context) => {
    try {
      return await work(context);
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      const { retry } = error.details;
      if (retry === 'permission' || retry === 'credential') return { type: 'park', error };
      if (retry !== 'unsent' && retry !== 'transient' && retry !== 'throttled') throw error;
      const until = clock.now() + lookAgain;
      return { type: 'later', until, why: 'AWS could not be asked', letOthersPass: true };
    }
  };
