import type { Page } from 'playwright-core';
import type { WindowStage } from '../support/window-stage.ts';

export const places = [
  'HSM',
  'Credentials',
  'Configuration',
  'Security and backup',
  'Approvals',
  'Practice',
] as const;

/** The six screens under Administration, and their dialogs. */
export class AdministrationPage {
  readonly page: Page;

  constructor({ page }: WindowStage) {
    this.page = page;
  }

  async go(place: (typeof places)[number]): Promise<void> {
    const navigation = this.page.getByRole('navigation', { name: 'Places' });
    await navigation.getByRole('button', { name: place }).click();
    await this.page.getByRole('heading', { level: 1, name: place, exact: true }).waitFor();
  }
  get dialog() {
    return this.page.getByRole('dialog');
  }
  /** What the bottom line says last. */
  get bottom() {
    return this.page.getByRole('contentinfo');
  }
  section(name: string) {
    return this.page.getByRole('region', { name, exact: true });
  }
  button(name: string | RegExp) {
    return this.page.getByRole(
      'button',
      typeof name === 'string' ? { name, exact: true } : { name },
    );
  }
  async inDialog(name: string | RegExp): Promise<void> {
    await this.dialog.getByRole('button', { name }).click();
  }
}
