/** What the browser console says in a terminal. */
export const consoleTexts = {
  openLink: (url: string): string => `Open this link within 5 minutes; it works once: ${url}`,
  anotherLink: (state: string, keystore: string): string =>
    `Another link:  KEYREEVE_STATE=${state} bin/keyreeve --keystore ${keystore} console link`,
  demoSecrets: (passphrase: string, pin: string | null): string =>
    `Passphrase ${passphrase}${pin === null ? '' : `, PIN ${pin}`}: for this practice keystore only. Ctrl+C ends it.`,
} as const;
