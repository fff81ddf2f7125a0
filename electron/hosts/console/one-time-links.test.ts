import { expect, it } from 'vitest';
import { linkLifetime, OneTimeLinks } from './one-time-links.ts';

const watch = () => {
  const at = { wall: 1_800_000_000_000, steady: 5 };
  return { at, now: () => at.wall, monotonic: () => at.steady };
};

it('is good for five minutes by whichever clock says more', () => {
  for (const clock of ['wall', 'steady'] as const) {
    const time = watch();
    const links = new OneTimeLinks(time);
    const early = links.make();
    time.at[clock] += linkLifetime - 1;
    expect(links.redeem(early.token)).toBe('good');
    const late = links.make();
    time.at[clock] += linkLifetime;
    expect(links.redeem(late.token)).toBe('spent');
  }
});

it('does not come back when the wall clock is set back', () => {
  const time = watch();
  const links = new OneTimeLinks(time);
  const { token } = links.make();
  time.at.steady += linkLifetime;
  time.at.wall -= 86_400_000;
  expect(links.redeem(token)).toBe('spent');
});

it('knows one link at a time', () => {
  const links = new OneTimeLinks(watch());
  const first = links.make();
  const second = links.make();
  expect(links.redeem(first.token)).toBe('spent');
  expect(links.redeem(second.token)).toBe('good');
  expect(links.redeem(second.token)).toBe('spent');
});

it('is void after five wrong tokens; a token spent before counts for nothing', () => {
  const links = new OneTimeLinks(watch());
  const old = links.make();
  const { token } = links.make();
  for (let times = 0; times < 10; times += 1) expect(links.redeem(old.token)).toBe('spent');
  for (let guess = 0; guess < 5; guess += 1) expect(links.redeem(`guess ${guess}`)).toBe('wrong');
  expect(links.redeem(token)).toBe('spent');
});
