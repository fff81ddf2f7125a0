import { expect, it } from 'vitest';
import { TestClock } from '../kernel/test-clock.fixture.ts';
import type { ChildChannel } from '../ports.ts';
import { PracticeProcess } from './practice-process.ts';

const second = 1000;

/** A practice KMS that says that it is ready when a test lets it. */
function starting() {
  const clock = new TestClock();
  const ready = Promise.withResolvers<void>();
  const killed: string[] = [];
  const child: ChildChannel = {
    pid: 1,
    send: () => undefined,
    onMessage: (hear) => {
      const address = { url: 'http://127.0.0.1:4599', controlUrl: 'http://127.0.0.1:4600' };
      void ready.promise.then(() => hear({ practiceKms: 'ready', ...address }));
    },
    onExit: () => undefined,
    kill: (signal = 'SIGTERM') => killed.push(signal),
  };
  const ports = { clock, launcher: { launch: () => child }, log: { log: () => undefined } };
  const practice = new PracticeProcess(ports, 'data', () => undefined);
  return { clock, ready, killed, started: practice.start() };
}

it('waits for a practice KMS that comes up late, as on a computer with much to do', async () => {
  const { clock, ready, killed, started } = starting();
  await clock.advance(45 * second);
  ready.resolve();
  await expect(started).resolves.toMatchObject({ url: 'http://127.0.0.1:4599' });
  expect(killed).toEqual([]);
});

it('gives one up that never answers, and says so', async () => {
  const { clock, killed, started } = starting();
  const told = expect(started).rejects.toMatchObject({
    code: 'PRACTICE_NOT_STARTED',
    details: { problem: 'no answer' },
  });
  await clock.advance(61 * second);
  await told;
  expect(killed).toEqual(['SIGKILL']);
});
