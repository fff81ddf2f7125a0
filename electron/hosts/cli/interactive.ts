import { OperationError } from '../../../shared/errors/operation-error.ts';
import { askLine } from './ask-terminal.ts';
import type { CommandContext } from './command-context.ts';
import type { Session } from './session.ts';

export interface ConfirmOptions {
  readonly yes?: boolean;
}

/**
 * A clear yes for what takes something away: `--yes`, or the word typed on a terminal. False when
 * nobody can be asked: the core then refuses, and says so.
 */
export async function confirmed(
  context: CommandContext,
  options: ConfirmOptions,
  question: string,
): Promise<boolean> {
  if (options.yes === true) return true;
  if (context.json) return false;
  const typed = await askLine(`${question} Type yes to go on`);
  if (typed === null) return false;
  if (typed.trim().toLowerCase() === 'yes') return true;
  throw new OperationError('CANCELLED_BY_PERSON');
}

/**
 * What waits for a clear yes only as things stand: the core is asked first, and a person where it says so.
 * @throws OperationError CONFIRMATION_NEEDED when nobody can be asked, and what `work` raises
 */
export async function confirmedIfNeeded<T>(
  context: CommandContext,
  options: ConfirmOptions,
  question: string,
  work: (confirm: boolean) => Promise<T>,
): Promise<T> {
  try {
    return await work(options.yes === true);
  } catch (error) {
    const needed = error instanceof OperationError && error.code === 'CONFIRMATION_NEEDED';
    if (!needed || !(await confirmed(context, options, question))) throw error;
    return work(true);
  }
}

/** Whether an HSM is attached that nobody gave its PIN yet. */
export async function waitsForPin(session: Session): Promise<boolean> {
  return (await session.call('session.snapshot', {})).hsm === 'pin-needed';
}

/**
 * What always uses the HSM needs its PIN once per process that holds the keystore: given by option or
 * typed, tried once. Without either the core says what is missing. True when a PIN was accepted.
 */
export async function loginIfNeeded(context: CommandContext, session: Session): Promise<boolean> {
  if (!(await waitsForPin(session))) return false;
  const { token, state } = await session.call('hsm.status', {});
  // A practice token that the core made was given its PIN by the core.
  if (state !== 'pin-needed') return false;
  const name = token ? `token “${token.label}”, serial ${token.serial}` : 'the HSM';
  const pin = await context.secretIfAny(context.pinSource(`PIN of ${name}`));
  if (!pin) return false;
  const confirmed = context.options.confirmLastTry === true;
  await session.call('hsm.login', { pin, confirmed });
  return true;
}

/** A PIN that came with the command is tried, whether the command turns out to need it or not. */
export async function useGivenPin(context: CommandContext, session: Session): Promise<void> {
  const { pinFd, pinFile } = context.options;
  if ((pinFd ?? pinFile) !== undefined) await loginIfNeeded(context, session);
}

/**
 * What does without the HSM where the software driver keeps the key: the PIN is asked for once the core
 * found it missing, and `work` is done again.
 */
export async function askingForPin<T>(
  context: CommandContext,
  session: Session,
  work: () => Promise<T>,
): Promise<T> {
  await useGivenPin(context, session);
  try {
    return await work();
  } catch (error) {
    const needed = error instanceof OperationError && error.code === 'HSM_PIN_NEEDED';
    if (!needed || !(await loginIfNeeded(context, session))) throw error;
    return work();
  }
}
