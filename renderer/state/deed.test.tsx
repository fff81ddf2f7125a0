// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { QueryClientProvider } from '@tanstack/react-query';
import { afterEach, expect, it } from 'vitest';
import { clientOver } from '../client/client.ts';
import { ScriptedLink } from '../testing/scripted-link.fixture.ts';
import { HostProvider } from './host.tsx';
import { newReads, useDeed } from './reads.ts';

function Lock({ runs }: { readonly runs: Promise<unknown>[] }) {
  const lock = useDeed('keystore.lock');
  return <button onClick={() => runs.push(lock.run({}))}>Lock now</button>;
}

afterEach(cleanup);

it('does not begin a deed a second time while the first is under way', async () => {
  const answer = Promise.withResolvers<{ pausedJobs: number }>();
  const runs: Promise<unknown>[] = [];
  const link = new ScriptedLink({ 'keystore.lock': () => answer.promise });
  render(
    <QueryClientProvider client={newReads()}>
      <HostProvider value={{ link, call: clientOver(link) }}>
        <Lock runs={runs} />
      </HostProvider>
    </QueryClientProvider>,
  );
  const button = screen.getByRole('button');
  fireEvent.click(button);
  fireEvent.click(button);
  // How many turns the answer takes on its way is nobody's business: the deed itself says it is over.
  await act(async () => {
    answer.resolve({ pausedJobs: 0 });
    await Promise.all(runs);
  });
  expect(link.made('keystore.lock')).toHaveLength(1);
  // once it is over it may be done again
  await act(async () => {
    fireEvent.click(button);
    await Promise.all(runs);
  });
  expect(link.made('keystore.lock')).toHaveLength(2);
});
