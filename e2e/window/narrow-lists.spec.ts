import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { windowHere } from '../support/window-stage.ts';
import { JobStage } from './job-story.ts';

const group = 'payments-archive-production';
/** The smallest window, and 1280 × 800 at a zoom of 200 %. */
const sizes = [
  [900, 600],
  [640, 400],
] as const;
/** What a person reads first of a row, and the last column of the list. */
const lists = [
  ['Jobs', ['Job', 'State', 'Title'], 'Who'],
  ['Keys', ['Key', 'State'], 'Expires'],
] as const;

describe.skipIf(!windowHere)('lists in a narrow window', () => {
  let stage: JobStage;
  beforeAll(async () => {
    stage = await JobStage.open();
    await stage.addGroup(group);
    await stage.rotated(group);
  });
  afterAll(() => stage?.[Symbol.asyncDispose]());

  const grid = () => stage.page.getByRole('grid');
  /** Whether the head of a column begins in sight, and where (px from the left edge of its list). */
  const headOf = async (name: string): Promise<number> => {
    const [head, box] = await Promise.all([
      grid().getByRole('columnheader', { name, exact: true }).boundingBox(),
      grid().boundingBox(),
    ]);
    return (head?.x ?? -Infinity) - (box?.x ?? 0);
  };
  const widthOf = async (): Promise<number> => (await grid().boundingBox())?.width ?? 0;

  it.each(lists)(
    '%s: what a row is about is in sight, and the rest is a move away',
    async (place, first, last) => {
      const { page } = stage;
      const places = page.getByRole('navigation', { name: 'Places' });
      await places.getByRole('button', { name: place, exact: true }).click();
      await grid().getByRole('row').nth(1).waitFor();
      for (const [width, height] of sizes) {
        await page.setViewportSize({ width, height });
        // The list has the width of what is left beside the places, and no more.
        await expect.poll(widthOf).toBeLessThanOrEqual(width - 180);
        for (const name of first) {
          const at = await headOf(name);
          expect(at, `${name} at ${width} × ${height}`).toBeGreaterThanOrEqual(0);
          expect(at, `${name} at ${width} × ${height}`).toBeLessThan((await widthOf()) - 80);
        }
        await grid().evaluate((at) => at.scrollTo({ left: at.scrollWidth }));
        await expect.poll(() => headOf(last)).toBeLessThan((await widthOf()) - 40);
        if (place === 'Keys') expect(await headOf('Key')).toBe(0);
        await grid().evaluate((at) => at.scrollTo({ left: 0 }));
      }
      await page.setViewportSize({ width: 1280, height: 800 });
    },
  );
});
