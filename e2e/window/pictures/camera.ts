import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { inScheme, schemes } from '../accessible.ts';
import type { PictureName } from './shown.ts';
import { smallPng } from './small-png.ts';
import { holdStill } from './still.ts';

/** Where every place and every dialog is to be seen. */
export const folder = join(import.meta.dirname, '../../../docs/screenshots');

/** `npm run screenshots`: names are those of a treasury then, and what is shown is kept. */
export const takesPictures = process.env['KEYREEVE_SCREENSHOTS'] === '1';

/** One picture is no larger than this (bytes). */
const most = 100_000;

/** What is shown now, in light and in dark; nothing in a run that takes no pictures. */
export async function picture(page: Page, name: PictureName): Promise<void> {
  if (!takesPictures) return;
  mkdirSync(folder, { recursive: true });
  await page.mouse.move(2, 2);
  for (const scheme of schemes) {
    await inScheme(page, scheme);
    const restore = await holdStill(page);
    const shot = await page.screenshot({ caret: 'hide', animations: 'disabled' });
    await restore();
    const small = smallPng(shot);
    if (small.length > most) throw new Error(`${name} is larger than ${most} bytes`);
    writeFileSync(join(folder, `${name}.${scheme}.png`), small);
  }
  await inScheme(page, 'light');
}
