/** What the browser console says in a terminal. */
export const consoleTexts = {
  openLink: (url: string): string => `Open this link within 5 minutes; it works once: ${url}`,
  opened: 'A browser window opens.',
} as const;
