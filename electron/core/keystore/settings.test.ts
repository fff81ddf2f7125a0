import { expect, it } from 'vitest';
import { testKeystore } from './keystore.fixture.ts';

it('keeps small facts by name', async () => {
  using keystore = testKeystore();
  const { settings, temporary } = keystore;
  expect(settings.read('none')).toBeNull();
  for (const value of [null, 0, false, '', 'ü"\'', [1, [2]], { a: { b: null } }]) {
    settings.write('fact', value);
    expect(settings.read('fact')).toEqual(value);
  }
  settings.write('other', 1);
  expect(settings.read('fact')).toEqual({ a: { b: null } });
  const store = await temporary.reopen();
  expect(await store.verify()).toBe('verified');
});
