import type { Locator } from 'playwright-core';
import { readPng } from './small-png.ts';

/** So much of the ground is looked at beside it (px). */
const beside = 4;

/**
 * How well something that is drawn stands out from the ground beside it: the greatest contrast (WCAG 2.2,
 * "contrast ratio") of a pixel on a line across its middle. Of what is on the screen, whoever drew it.
 */
export async function contrastInside(at: Locator): Promise<number> {
  const box = await at.boundingBox();
  if (box === null) throw new Error('it is not shown');
  const clip = {
    x: Math.floor(box.x) - beside,
    y: Math.round(box.y + box.height / 2),
    width: Math.ceil(box.width) + 2 * beside,
    height: 1,
  };
  const { width, pixels } = readPng(await at.page().screenshot({ clip }));
  const line = Array.from({ length: width }, (_, x) =>
    luminance(pixels.subarray(x * 3, x * 3 + 3)),
  );
  const ground = line[0] ?? 0;
  return Math.max(...line.map((each) => ratio(each, ground)));
}

const ratio = (one: number, other: number): number =>
  (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);

function luminance(pixel: Uint8Array): number {
  const [red = 0, green = 0, blue = 0] = Array.from(pixel, (part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
