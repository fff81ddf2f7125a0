import { parentPort, utilityPort } from '../../core/kernel/node-parent-port.ts';

/** Under this name a launcher gives the command line, JSON text of a list of words. */
const wordsVariable = 'KEYREEVE_PRACTICE_WORDS';

/** What a practice KMS tells whoever launched it, and again whenever it is asked. */
export type Told =
  | { readonly practiceKms: 'ready'; readonly url: string; readonly controlUrl: string }
  | { readonly practiceKms: 'failed'; readonly problem: string };

/** The words of the launcher, else those of the command line. */
export function givenWords(): readonly string[] {
  const given = process.env[wordsVariable];
  if (given === undefined) return process.argv.slice(2);
  const words: unknown = JSON.parse(given);
  if (!Array.isArray(words)) throw new Error(`${wordsVariable} is not a list`);
  return words.map(String);
}

/**
 * Tells a launcher how the start ended, as soon as it did and again after each of its messages: its
 * line may be handed over later than the start takes. Does nothing when started by hand.
 */
export function tellLauncher(told: Promise<Told>): void {
  const line = openLine();
  if (line === null) return;
  const tell = (): void => void told.then((outcome) => line.send(outcome));
  tell();
  line.onMessage(tell);
}

function openLine(): Pick<ReturnType<typeof parentPort>, 'send' | 'onMessage'> | null {
  if (utilityPort() !== null) return parentPort();
  if (process.channel === undefined) return null;
  // The end of a forked process is the lifeline's: it finishes calls under way.
  return {
    // A launcher that ended meanwhile hears nothing; without a listener that would be an error event.
    send: (message) => void process.send?.(message, undefined, undefined, () => {}),
    onMessage: (listener) => {
      process.on('message', listener);
      // To be asked again is no reason to live: a start that failed ends.
      process.channel?.unref();
    },
  };
}
