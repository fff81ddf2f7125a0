import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lastPlace, rememberPlace } from './window-place.ts';

const screen = { x: 0, y: 0, width: 1920, height: 1080 };
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyreeve-place-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('opens at its usual size the first time', () => {
  expect(lastPlace(folder, [screen])).toEqual({ width: 1280, height: 820 });
});

it('opens where it was, and keeps that to this account', () => {
  const place = { x: 100, y: 50, width: 1000, height: 700 };
  rememberPlace(folder, place);
  expect(lastPlace(folder, [screen])).toEqual(place);
  expect(statSync(join(folder, 'desktop', 'window.json')).mode & 0o777).toBe(0o600);
});

it.each([
  ['to the right of every screen', { x: 1850, y: 0, width: 1000, height: 700 }],
  ['to the left of every screen', { x: -950, y: 0, width: 1000, height: 700 }],
  ['above every screen', { x: 0, y: -10, width: 1000, height: 700 }],
  ['below every screen', { x: 0, y: 1060, width: 1000, height: 700 }],
])('keeps only its size when it would be %s', (_where, place) => {
  rememberPlace(folder, place);
  expect(lastPlace(folder, [screen])).toEqual({ width: 1000, height: 700 });
});

it('is never smaller than what shows everything', () => {
  rememberPlace(folder, { x: 0, y: 0, width: 10, height: 10 });
  expect(lastPlace(folder, [screen])).toEqual({ x: 0, y: 0, width: 900, height: 600 });
});

it.each(['', '{', '[]', '{"x":1e99,"y":0,"width":1000,"height":700}', '{"x":"0"}'])(
  'takes no notice of a file that says %s',
  (text) => {
    mkdirSync(join(folder, 'desktop'));
    writeFileSync(join(folder, 'desktop', 'window.json'), text);
    expect(lastPlace(folder, [screen])).toEqual({ width: 1280, height: 820 });
  },
);

it('opens although it cannot be remembered', () => {
  const blocked = join(folder, 'a file');
  writeFileSync(blocked, '');
  rememberPlace(blocked, { x: 0, y: 0, width: 1000, height: 700 });
  expect(lastPlace(blocked, [screen])).toEqual({ width: 1280, height: 820 });
});
