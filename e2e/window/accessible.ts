import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Finding {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** The two looks of the window. */
export const schemes = ['light', 'dark'] as const;

/** Gives the page one of its looks, and waits until it has it. */
export async function inScheme(page: Page, scheme: (typeof schemes)[number]): Promise<void> {
  await page.emulateMedia({ colorScheme: scheme });
  await page.locator(`html[data-scheme="${scheme}"]`).waitFor();
  // Colours that are still on their way from one look to the other are nobody's contrast.
  await page.evaluate(async () => {
    await new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)));
    await Promise.allSettled(document.getAnimations().map(({ finished }) => finished));
  });
  // What stands behind a dialog may have its text's colour a moment later.
  await page.waitForFunction((dark) => {
    const bright = (at: Element): boolean =>
      Number(/\d+/.exec(getComputedStyle(at).color)?.[0]) > 127;
    return [document.body, ...document.querySelectorAll('h1')].every((at) => bright(at) === dark);
  }, scheme === 'dark');
}

/** It stays in a page until that is loaded anew; to read it in again takes longer than to ask it. */
async function bringAxe(page: Page): Promise<void> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(source);
}

/** All rules; what passes them is not described in full. */
const violationsNow = (page: Page): Promise<readonly Finding[]> =>
  page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run: (how: object) => Promise<{ violations: Finding[] }> };
    };
    return (await axe.run({ resultTypes: ['violations'] })).violations;
  });

/** Lets the page paint so many times. */
const frames = (page: Page, count: number): Promise<void> =>
  page.evaluate(async (left) => {
    for (; left > 0; left -= 1) await new Promise((painted) => requestAnimationFrame(painted));
  }, count);

/** Everything axe finds wrong with what is shown now, in light and in dark. */
export async function axeFindings(page: Page): Promise<readonly string[]> {
  const told: string[] = [];
  for (const scheme of schemes) {
    await inScheme(page, scheme);
    await bringAxe(page);
    let violations = await violationsNow(page);
    // A page behind a dialog takes its colours of the other look some frames later: what stays counts.
    for (let looks = 1; violations.length > 0 && looks < 4; looks += 1) {
      await frames(page, 30);
      violations = await violationsNow(page);
    }
    for (const { id, nodes } of violations) {
      for (const { html, failureSummary } of nodes) {
        // A tooltip is read with what it describes: it is in no part of the page by itself.
        if (id === 'region' && html.startsWith('<div role="tooltip"')) continue;
        told.push(`${scheme} ${id}: ${html}\n${failureSummary ?? ''}`);
      }
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
  return told;
}
