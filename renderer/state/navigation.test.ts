// @vitest-environment jsdom
import { beforeEach, expect, it, vi } from 'vitest';

/** As a page that was just loaded. */
async function loaded() {
  vi.resetModules();
  return (await import('./navigation.ts')).useNavigation;
}

beforeEach(() => sessionStorage.clear());

it('is where it was after the page was loaded again', async () => {
  expect((await loaded()).getState().screen).toBe('key-groups');
  (await loaded()).getState().go('audit');
  expect((await loaded()).getState().screen).toBe('audit');
  (await loaded()).getState().showJobsOf({ id: 'g1', name: 'ledger-prod' });
  const again = (await loaded()).getState();
  expect([again.screen, again.jobsOf]).toEqual(['jobs', null]);
  expect(JSON.stringify(sessionStorage)).not.toContain('ledger');
});

it('begins at the tree where what was remembered is no place', async () => {
  (await loaded()).getState().go('jobs');
  for (const key of Object.keys(sessionStorage)) sessionStorage.setItem(key, 'elsewhere');
  expect((await loaded()).getState().screen).toBe('key-groups');
});
