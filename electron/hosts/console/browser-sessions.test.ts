import { expect, it } from 'vitest';
import { BrowserSessions, sessionLimits } from './browser-sessions.ts';

function setUp() {
  const at = { wall: 1_800_000_000_000, steady: 5 };
  const ended: string[] = [];
  const sessions = new BrowserSessions(
    { now: () => at.wall, monotonic: () => at.steady },
    ({ from }, why) => ended.push(`${from}: ${why}`),
  );
  return { at, sessions };
}

it('ends when its browser was away for ten minutes, and not while a window is open', () => {
  const { at, sessions } = setUp();
  const { session, cookie } = sessions.open('Firefox');
  sessions.tabOpened(session.id, 'one');
  at.steady += sessionLimits.awayMs * 2;
  expect(sessions.byCookie([cookie])).toBe(session);
  sessions.tabClosed(session.id, 'one');
  at.steady += sessionLimits.awayMs - 1;
  expect(sessions.byCookie([cookie])).toBe(session);
  at.steady += 1;
  expect(sessions.byCookie([cookie])).toBe('ended');
  expect(sessions.active).toBeNull();
});

it('ends after eight hours although windows are open', () => {
  const { at, sessions } = setUp();
  const { session, cookie } = sessions.open('Firefox');
  sessions.tabOpened(session.id, 'one');
  at.wall += sessionLimits.wholeMs;
  expect(sessions.byCookie([cookie])).toBe('ended');
});

it('tells the browser that was there that another took over', () => {
  const { sessions } = setUp();
  const first = sessions.open('Firefox');
  const second = sessions.queue('Edge');
  expect(sessions.byCookie([first.cookie])).toBe(first.session);
  expect(sessions.promote()).toBe(second.session);
  expect(sessions.byCookie([first.cookie])).toBe('taken-over');
  expect(sessions.byCookie([second.cookie])).toBe(second.session);
  expect(sessions.proves(second.session, second.factor)).toBe(true);
  expect(sessions.proves(second.session, first.factor)).toBe(false);
});

it('keeps one in the queue, and nobody can be promoted who left it', () => {
  const { sessions } = setUp();
  sessions.open('Firefox');
  const second = sessions.queue('Edge');
  const third = sessions.queue('Safari');
  expect(sessions.byCookie([second.cookie])).toBe('ended');
  sessions.end(third.session, 'kept');
  expect(sessions.byCookie([third.cookie])).toBe('kept');
  expect(sessions.promote()).toBeNull();
});

it('finds its cookie among others of the same name', () => {
  const { sessions } = setUp();
  const { session, cookie } = sessions.open('Firefox');
  expect(sessions.byCookie(['planted', cookie])).toBe(session);
  expect(sessions.byCookie(['planted'])).toBe('no-session');
  expect(sessions.byCookie([])).toBe('no-session');
});
