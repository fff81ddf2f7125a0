/** The only switch that a packaged program takes. */
export const selfTestSwitch = '--self-test';

/**
 * Which words on the command line a packaged program does not take. Chromium has read its switches
 * by now, so this is no boundary against another program of the same account; it keeps a changed
 * shortcut or launcher (`--no-sandbox`, `--remote-debugging-port`, `--js-flags`) from going unseen.
 * macOS gives programs started from the Finder a process number.
 */
export function refusedSwitches(words: readonly string[]): readonly string[] {
  return words.filter((word) => word !== selfTestSwitch && !/^-psn_\d+_\d+$/.test(word));
}
