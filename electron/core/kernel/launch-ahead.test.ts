import { expect, it } from 'vitest';
import type { ChildChannel, ProcessLauncher } from '../ports.ts';
import { launchAhead } from './launch-ahead.ts';

function recording() {
  const launched: string[] = [];
  const killed: number[] = [];
  const launcher: ProcessLauncher = {
    launch(entry, environment = {}) {
      const pid = launched.push(`${entry} ${JSON.stringify(environment)}`);
      return { pid, kill: () => void killed.push(pid) } as unknown as ChildChannel;
    },
  };
  return { launched, killed, launcher };
}

it('hands out the process that was begun, once', () => {
  const { launched, killed, launcher } = recording();
  const ahead = launchAhead(launcher, 'hsm-bridge', { A: '1' });
  expect(launched).toEqual(['hsm-bridge {"A":"1"}']);
  expect(ahead.launch('hsm-bridge', { A: '1' }).pid).toBe(1);
  expect(ahead.launch('hsm-bridge', { A: '1' }).pid).toBe(2);
  expect(killed).toEqual([]);
});

it.each<[string, Parameters<ProcessLauncher['launch']>]>([
  ['another value', ['hsm-bridge', { A: '2' }]],
  ['another name', ['hsm-bridge', { B: '1' }]],
  ['more', ['hsm-bridge', { A: '1', B: '1' }]],
  ['no environment', ['hsm-bridge']],
  ['another program', ['practice-kms', { A: '1' }]],
])('ends it where %s is wanted', (_, wanted) => {
  const { killed, launcher } = recording();
  const ahead = launchAhead(launcher, 'hsm-bridge', { A: '1' });
  expect(ahead.launch(...wanted).pid).toBe(2);
  expect(killed).toEqual([1]);
});
