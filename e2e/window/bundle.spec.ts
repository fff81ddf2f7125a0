import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { buildRenderer } from '../../scripts/build-renderer.mjs';
import { bundleSize, tooLarge } from '../../scripts/bundle-size.mjs';

it('the built window stays as small as it was agreed', () => {
  expect(buildRenderer()).toBeNull();
  const size = bundleSize(fileURLToPath(new URL('../../dist/renderer', import.meta.url)));
  expect(size.start.raw).toBeLessThan(size.all.raw);
  expect(tooLarge(size)).toEqual([]);
});
