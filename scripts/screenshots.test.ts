import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { indexPage, pictureNames } from '../e2e/window/pictures/shown.ts';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'docs/screenshots');
const source = (path: string): string => readFileSync(join(root, path), 'utf8');

/** All pictures together are no larger (bytes). */
const most = 10_600_000;

/** A place or a dialog is shown by a picture of its name, or by several that begin with it. */
const shows = (thing: string): boolean =>
  pictureNames.some((name) => name === thing || name.startsWith(`${thing}--`));

it('shows every dialog there is', () => {
  const kinds = [...source('renderer/state/dialogs.ts').matchAll(/readonly kind: '([\w-]+)'/g)]
    .map(([, kind = '']) => kind)
    .filter((kind) => kind !== 'folder' && kind !== 'group');
  expect(kinds.length).toBeGreaterThan(20);
  expect(kinds.filter((kind) => !shows(kind))).toEqual([]);
});

it('shows every place there is', () => {
  const places = [...source('renderer/state/places.ts').matchAll(/screen: '([\w-]+)'/g)].map(
    ([, place = '']) => place,
  );
  expect(places.length).toBeGreaterThan(8);
  expect(places.filter((place) => !shows(place))).toEqual([]);
});

it('has each picture in light and in dark, no others, and a page of them all', () => {
  const wanted = pictureNames.flatMap((name) => [`${name}.dark.png`, `${name}.light.png`]);
  const there = readdirSync(folder).filter((file) => file !== 'README.md');
  expect(there.toSorted()).toEqual(wanted.toSorted());
  expect(readFileSync(join(folder, 'README.md'), 'utf8')).toBe(indexPage());
  const bytes = there.reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
  expect(bytes).toBeLessThan(most);
});

it('links no picture that is not there', () => {
  for (const page of ['README.md', 'docs/guides/first-rotation.md']) {
    const links = [...source(page).matchAll(/!\[[^\]]*\]\(([^)]+\.png)\)/g)];
    expect(links.length, page).toBeGreaterThan(0);
    for (const [, path = ''] of links)
      expect(existsSync(join(root, page, '..', path)), path).toBe(true);
  }
});
