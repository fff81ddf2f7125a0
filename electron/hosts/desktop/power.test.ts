import { EventEmitter } from 'node:events';
import type { PowerMonitor } from 'electron';
import { expect, it } from 'vitest';
import { watchPower } from './power.ts';

function setUp(platform: NodeJS.Platform) {
  const fake = Object.assign(new EventEmitter(), {
    state: 'active',
    getSystemIdleState: () => fake.state,
  });
  const locks: string[] = [];
  let left = 0;
  let look: () => void = () => undefined;
  watchPower(fake as unknown as PowerMonitor, {
    platform,
    lock: (why) => locks.push(why),
    leave: () => void (left += 1),
    every: (work) => void (look = work),
  });
  return { fake, locks, left: () => left, look: () => look() };
}

it.each([
  ['suspend', 'suspend'],
  ['lock-screen', 'screen'],
  ['user-did-resign-active', 'user-switch'],
])('locks at %s', (event, why) => {
  const { fake, locks } = setUp('darwin');
  fake.emit(event);
  expect(locks).toEqual([why]);
});

it('leaves when the computer goes down', () => {
  const { fake, left } = setUp('linux');
  fake.emit('shutdown');
  expect(left()).toBe(1);
});

it('looks at the screen on Linux, and locks once each time that it was locked', () => {
  const { fake, locks, look } = setUp('linux');
  for (const state of ['active', 'unknown', 'locked', 'locked', 'idle', 'locked']) {
    fake.state = state;
    look();
  }
  expect(locks).toEqual(['screen', 'screen']);
});

it('asks nobody where the system tells by itself', () => {
  const { fake, locks, look } = setUp('win32');
  fake.state = 'locked';
  look();
  expect(locks).toEqual([]);
});
