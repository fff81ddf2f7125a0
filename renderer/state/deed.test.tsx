// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { QueryClientProvider } from '@tanstack/react-query';
import { afterEach, expect, it } from 'vitest';
import { clientOver } from '../client/client.ts';
import { ScriptedLink } from '../testing/scripted-link.fixture.ts';
import { HostProvider } from './host.tsx';
import { newReads, useDeed } from './reads.ts';

function Lock() {
  const lock = useDeed('keystore.lock');
  return <button onClick={() => void lock.run({})}>Lock now</button>;
}

afterEach(cleanup);

it('does not begin a deed a second time while the first is under way', async () => {
  const answer = Promise.withResolvers<{ pausedJobs: number }>();
  const link = new ScriptedLink({ 'keystore.lock': () => answer.promise });
  render(
    <QueryClientProvider client={newReads()}>
      <HostProvider value={{ link, call: clientOver(link) }}>
        <Lock />
      </HostProvider>
    </QueryClientProvider>,
  );
  const button = screen.getByRole('button');
  fireEvent.click(button);
  fireEvent.click(button);
  await act(async () => answer.resolve({ pausedJobs: 0 }));
  expect(link.made('keystore.lock')).toHaveLength(1);
  // once it is over it may be done again
  await act(async () => void fireEvent.click(button));
  expect(link.made('keystore.lock')).toHaveLength(2);
});
