// @vitest-environment jsdom
import { QueryClientProvider } from '@tanstack/react-query';
import { act, cleanup, renderHook, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, expect, it } from 'vitest';
import { clientOver } from '../client/client.ts';
import { done } from '../features/jobs/jobs.fixture.ts';
import { refuse, ScriptedLink } from '../testing/scripted-link.fixture.ts';
import { HostProvider } from './host.tsx';
import { usePages } from './pages.ts';
import { newReads } from './reads.ts';

afterEach(cleanup);

it('asks once for a page, however old the drawing is from which it is asked for', async () => {
  const link = new ScriptedLink({
    'job.list': ({ after }) => {
      if (after) throw refuse('DISK_FULL');
      return { jobs: [done(2)], next: '2' };
    },
  });
  const reads = newReads();
  const wrapper = ({ children }: { readonly children: ReactNode }) => (
    <QueryClientProvider client={reads}>
      <HostProvider value={{ link, call: clientOver(link) }}>{children}</HostProvider>
    </QueryClientProvider>
  );
  const question = { limit: 100, state: [], group: null, find: '' };
  const { result } = renderHook(() => usePages('job.list', question), { wrapper });
  await waitFor(() => expect(result.current.more).toBe(true));
  const drawnBefore = result.current;
  act(() => {
    drawnBefore.loadMore();
    drawnBefore.loadMore();
  });
  await waitFor(() => expect(result.current.failure?.code).toBe('DISK_FULL'));
  act(() => drawnBefore.loadMore());
  await waitFor(() => expect(reads.isFetching()).toBe(0));
  expect(link.made('job.list').filter(({ after }) => after === '2')).toHaveLength(1);
  reads.clear();
});
