import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { type Arrival, BrowserSessions, sessionLimits } from './browser-sessions.ts';
import { linkLifetime } from './one-time-links.ts';

const secret = () => randomBytes(32).toString('base64url');
const by = (from: string): Arrival => ({ token: secret(), factor: secret(), from });

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
  const { session, cookie } = sessions.open(by('Firefox'));
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
  const { session, cookie } = sessions.open(by('Firefox'));
  sessions.tabOpened(session.id, 'one');
  at.wall += sessionLimits.wholeMs;
  expect(sessions.byCookie([cookie])).toBe('ended');
});

it('tells the browser that was there that another took over', () => {
  const { sessions } = setUp();
  const [firefox, edge] = [by('Firefox'), by('Edge')];
  const first = sessions.open(firefox);
  const second = sessions.queue(edge);
  expect(sessions.byCookie([first.cookie])).toBe(first.session);
  expect(sessions.promote()).toBe(second.session);
  expect(sessions.byCookie([first.cookie])).toBe('taken-over');
  expect(sessions.byCookie([second.cookie])).toBe(second.session);
  expect(sessions.proves(second.session, edge.factor)).toBe(true);
  expect(sessions.proves(second.session, firefox.factor)).toBe(false);
});

it('keeps one in the queue, and nobody can be promoted who left it', () => {
  const { sessions } = setUp();
  sessions.open(by('Firefox'));
  const second = sessions.queue(by('Edge'));
  const third = sessions.queue(by('Safari'));
  expect(sessions.byCookie([second.cookie])).toBe('ended');
  sessions.end(third.session, 'kept');
  expect(sessions.byCookie([third.cookie])).toBe('kept');
  expect(sessions.promote()).toBeNull();
});

it('finds its cookie among others of the same name', () => {
  const { sessions } = setUp();
  const { session, cookie } = sessions.open(by('Firefox'));
  expect(sessions.byCookie(['planted', cookie])).toBe(session);
  expect(sessions.byCookie(['planted'])).toBe('no-session');
  expect(sessions.byCookie([])).toBe('no-session');
});

it('gives its answer again to the page that asks with the same link and factor', () => {
  const { sessions } = setUp();
  const [firefox, edge] = [by('Firefox'), by('Edge')];
  const opened = sessions.open(firefox);
  const queued = sessions.queue(edge);
  expect(sessions.again(firefox)).toEqual(opened);
  expect(sessions.again(edge)).toEqual(queued);
  expect(sessions.again({ ...firefox, factor: edge.factor })).toBeNull();
  expect(sessions.again({ ...firefox, token: edge.token })).toBeNull();
  expect(sessions.again({ ...firefox, factor: secret() })).toBeNull();
});

it('answers nobody again once a window of the session stands, or the session is over', () => {
  const { sessions } = setUp();
  const [firefox, edge, safari] = [by('Firefox'), by('Edge'), by('Safari')];
  const opened = sessions.open(firefox);
  sessions.tabOpened(opened.session.id, 'one');
  sessions.tabClosed(opened.session.id, 'one');
  expect(sessions.again(firefox)).toBeNull();
  const queued = sessions.queue(edge);
  sessions.queue(safari);
  expect(sessions.again(edge)).toBeNull();
  expect(sessions.byCookie([queued.cookie])).toBe('ended');
});

it('answers nobody again when the link would be too old, by whichever clock says more', () => {
  for (const clock of ['wall', 'steady'] as const) {
    const { at, sessions } = setUp();
    const firefox = by('Firefox');
    const opened = sessions.open(firefox);
    at[clock] += linkLifetime - 1;
    expect(sessions.again(firefox)).toEqual(opened);
    at[clock] += 1;
    expect(sessions.again(firefox)).toBeNull();
  }
});
