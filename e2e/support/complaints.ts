import type { Page } from 'playwright-core';

/** Puts every error and warning of a page into the list from now on. */
export function noteComplaints(page: Page, complaints: string[]): void {
  page.on('pageerror', (error) => complaints.push(`${error.name}: ${error.message}`));
  page.on('console', (message) => {
    const type = message.type();
    if (type === 'error' || type === 'warning') complaints.push(`${type}: ${message.text()}`);
  });
}

/** Nothing may be written to a page's console that a test did not expect. */
export function expectNone(complaints: readonly string[]): void {
  if (complaints.length > 0) throw new Error(`the page complained:\n${complaints.join('\n')}`);
}
