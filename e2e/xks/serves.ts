import { expect, vi } from 'vitest';
import type { ServingView } from '../../shared/contract/xks-shapes.ts';

type AskStatus = (name: 'xks.status', input: Record<string, never>) => Promise<ServingView>;

/**
 * Until a proxy that was just started serves the newest set, and knows that its keys can be used: it
 * tries one a second after its start, and a plan made before and a plan made after differ in that.
 */
export const serves = (call: AskStatus): Promise<void> =>
  vi.waitFor(
    async () => {
      const { nodes } = await call('xks.status', {});
      expect(nodes.map((node) => [node.newest, node.problem])).toContainEqual([true, null]);
    },
    { timeout: 60_000 },
  );
