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
 * Deeds that use the HSM need its PIN once per process that holds the keystore: given by option or
 * typed, tried once. Without either the core says what is missing.
 */
export async function loginIfNeeded(context: CommandContext, session: Session): Promise<void> {
  const { hsm } = await session.call('session.snapshot', {});
  if (hsm !== 'pin-needed') return;
  const { token, state } = await session.call('hsm.status', {});
  // A practice token that the core made was given its PIN by the core.
  if (state !== 'pin-needed') return;
  const name = token ? `token “${token.label}”, serial ${token.serial}` : 'the HSM';
  const pin = await context.secretIfAny(context.pinSource(`PIN of ${name}`));
  if (pin) {
    const confirmed = context.options.confirmLastTry === true;
    await session.call('hsm.login', { pin, confirmed });
  }
}
