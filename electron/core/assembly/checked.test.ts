import { afterEach, expect, it, vi } from 'vitest';
import { TestCore } from './core.fixture.ts';
import { Opened } from './opened.ts';

afterEach(() => vi.restoreAllMocks());

it('is told to be checked as soon as it takes changes, not once all has begun that begins then', async () => {
  await using test = new TestCore();
  await test.create();
  await test.call('keystore.lock', {});
  // What begins takes its time, as on a slow computer.
  const held = Promise.withResolvers<void>();
  vi.spyOn(Opened.prototype, 'work').mockImplementation(() => held.promise);
  const told: Promise<string>[] = [];
  const end = test.core.onChange(({ what }) => {
    if (what === 'session') told.push(test.state());
  });
  await test.unlock();
  expect(await test.call('folder.add', { name: 'a' })).toMatchObject({ name: 'a' });
  end();
  const states = await Promise.all(told);
  held.resolve();
  expect(states.at(-1)).toBe('verified');
});
