import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { lockDownApp, lockDownContents, lockDownSession } from './lockdown.ts';
import { happening, inTestApp, inTestContents, inTestSession } from './lockdown.fixture.ts';

const packaged = { packaged: true };
const typings = readFileSync('node_modules/electron/electron.d.ts', 'utf8');

/** Every permission that this version of Electron knows, read from its own typings. */
function knownPermissions(): string[] {
  const line = /setPermissionCheckHandler\(handler: .*?permission: ([^,]+), requestingOrigin/.exec(
    typings,
  )?.[1];
  return [...(line ?? '').matchAll(/'([^']+)'/g)].map(([, name]) => name ?? '');
}

function lockedSession(strictness = packaged) {
  const { fake, session } = inTestSession();
  lockDownSession(session, strictness);
  return fake;
}

describe('a session', () => {
  const own = { getURL: () => 'app://console/' };

  it('grants a page of ours one permission, to write what was copied, of all that there are', () => {
    const fake = lockedSession();
    const granted = (contents: unknown, origin: string) =>
      knownPermissions().filter((permission) => {
        const answer = vi.fn<(granted: boolean) => void>();
        fake.ask('permission-request', contents, permission, answer);
        expect(answer).toHaveBeenCalledOnce();
        const asked = answer.mock.calls[0]?.[0];
        expect(fake.ask('permission-check', contents, permission, origin)).toBe(asked);
        return asked;
      });
    expect(knownPermissions().length).toBeGreaterThan(40);
    expect(granted(own, 'app://console/')).toEqual(['clipboard-sanitized-write']);
    expect(granted({ getURL: () => 'https://example.org/' }, 'https://example.org')).toEqual([]);
  });

  it('grants no device', () => {
    expect(lockedSession().ask('device', { deviceType: 'hid' })).toBe(false);
  });

  it('keeps every protected class of USB devices protected', () => {
    const protectedClasses = ['hid', 'smart-card'];
    expect(lockedSession().ask('usb-classes', { protectedClasses })).toEqual(protectedClasses);
  });

  it('pairs with nothing over Bluetooth', () => {
    const answer = vi.fn();
    lockedSession().ask('bluetooth', { pairingKind: 'confirm' }, answer);
    expect(answer).toHaveBeenCalledWith({ confirmed: false });
  });

  it('shows its screen to nobody', () => {
    const answer = vi.fn();
    lockedSession().ask('display-media', {}, answer);
    expect(answer).toHaveBeenCalledWith(null);
  });

  it('trusts no certificate', () => {
    const answer = vi.fn();
    lockedSession().ask('certificate', { hostname: 'kms.amazonaws.com' }, answer);
    expect(answer).toHaveBeenCalledWith(-2);
  });

  it('loads no dictionary and sends what escapes every rule, to this computer too, to a proxy that is not there', () => {
    expect(lockedSession().calls).toEqual([
      ['spell-checker', false],
      [
        'proxy',
        {
          mode: 'fixed_servers',
          proxyRules: 'socks5://127.0.0.1:9',
          proxyBypassRules: '<-loopback>',
        },
      ],
    ]);
  });

  it.each([
    ['app://console/', false],
    ['app://console/assets/index-a.js', false],
    ['data:image/svg+xml,x', false],
    ['app://elsewhere/', true],
    ['app://console.evil/', true],
    ['app://somebody@console/', true],
    ['app://console:80/', true],
    ['http://127.0.0.1:80/', true],
    ['https://kms.eu-west-1.amazonaws.com/', true],
    ['ws://127.0.0.1/', true],
    ['file:///etc/passwd', true],
    ['blob:app://console/1', true],
    ['devtools://devtools/bundled/a.html', true],
    ['nonsense', true],
  ])('answers a request for %s: cancelled %s', (url, cancel) => {
    const answer = vi.fn();
    lockedSession().ask('request', { url }, answer);
    expect(answer).toHaveBeenCalledWith({ cancel });
  });

  it('lets DevTools load while it is developed', () => {
    const answer = vi.fn();
    lockedSession({ packaged: false }).ask(
      'request',
      { url: 'devtools://devtools/a.html' },
      answer,
    );
    expect(answer).toHaveBeenCalledWith({ cancel: false });
  });

  it('downloads nothing', () => {
    const event = happening();
    lockedSession().emit('will-download', event, {}, {});
    expect(event.prevented).toBe(true);
  });

  it.each([
    ['select-hid-device', [{}], []],
    ['select-usb-device', [{}], []],
    ['select-serial-port', [[], {}], ['']],
    ['select-webauthn-account', [{}], []],
    ['select-webauthn-authenticator', [], []],
    ['file-system-access-restricted', [{}], ['deny']],
  ])('chooses nothing at %s', (name, parts, answered) => {
    const event = happening();
    const choose = vi.fn();
    lockedSession().emit(name, event, ...parts, choose);
    expect(event.prevented).toBe(true);
    expect(choose.mock.calls).toEqual([answered]);
  });

  it('leaves no choice to Electron that its typings know of', () => {
    const body = typings.slice(typings.indexOf('  class Session extends'));
    const own = body.slice(0, body.indexOf('\n  }\n'));
    const choices = [...own.matchAll(/ on\(event: '((?:select|file-system)-[a-z-]+)'/g)];
    const handlers = [...own.matchAll(/^ {4}(set\w+(?:Handler|Proc))\(/gm)];
    const { fake, session } = inTestSession();
    const set = new Set(Object.keys(fake).filter((name) => name.startsWith('set')));
    lockDownSession(session, packaged);
    expect(choices.length).toBeGreaterThan(4);
    expect(handlers.length).toBeGreaterThan(5);
    expect(
      choices.map(([, name]) => name).filter((name) => !fake.eventNames().includes(name ?? '')),
    ).toEqual([]);
    expect(handlers.map(([, name]) => name).filter((name) => !set.has(name ?? ''))).toEqual([]);
  });
});

describe('a page', () => {
  function locked(strictness = packaged) {
    const { fake, contents } = inTestContents();
    lockDownContents(contents, strictness);
    return fake;
  }

  it('opens no window', () => {
    expect(locked().ask('window-open', { url: 'app://console/' })).toEqual({ action: 'deny' });
  });

  it('learns no address of this computer through WebRTC', () => {
    expect(locked().calls).toEqual([['webrtc', 'disable_non_proxied_udp']]);
  });

  it.each(['will-navigate', 'will-frame-navigate'])('goes nowhere else at %s', (name) => {
    const goes = (url: string) => {
      const event = happening({ url });
      locked().emit(name, event);
      return !event.prevented;
    };
    expect(goes('app://console/')).toBe(true);
    for (const url of [
      'app://console/assets/a.js',
      'app://console.evil/',
      'https://console/',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'about:blank',
      '',
    ]) {
      expect(goes(url), url).toBe(false);
    }
  });

  it.each(['will-redirect', 'will-attach-webview', 'will-prevent-unload'])(
    'is stopped at %s',
    (name) => {
      const event = happening({ url: 'app://console/' });
      locked().emit(name, event);
      expect(event.prevented).toBe(true);
    },
  );

  it('finds no Bluetooth device', () => {
    const event = happening();
    const choose = vi.fn();
    locked().emit('select-bluetooth-device', event, [], choose);
    expect([event.prevented, choose.mock.calls]).toEqual([true, [['']]]);
  });

  it('has no DevTools once it is packaged', () => {
    const closed = (strictness: { packaged: boolean }) => {
      const fake = locked(strictness);
      fake.emit('devtools-opened');
      return fake.calls.some(([name]) => name === 'close-devtools');
    };
    expect(closed({ packaged: true })).toBe(true);
    expect(closed({ packaged: false })).toBe(false);
  });
});

describe('the program', () => {
  function locked() {
    const { fake, app } = inTestApp();
    lockDownApp(app, packaged);
    return fake;
  }

  it('sandboxes every page and resolves no name, before anything starts', () => {
    const { calls } = locked();
    expect(calls[0]).toEqual(['sandbox']);
    expect(calls).toContainEqual(['switch', 'host-resolver-rules', 'MAP * ~NOTFOUND']);
    expect(calls).toContainEqual(['switch', 'disable-background-networking', undefined]);
  });

  it('locks down every session and every page that comes into being', () => {
    const fake = locked();
    const { fake: session } = inTestSession();
    const { fake: contents } = inTestContents();
    fake.emit('session-created', session);
    fake.emit('web-contents-created', {}, contents);
    expect(session.set.size).toBeGreaterThan(6);
    expect(contents.set.has('window-open')).toBe(true);
  });

  it('trusts no certificate, sends none, and no password', () => {
    const fake = locked();
    const answered: unknown[][] = [];
    const answer = (...parts: unknown[]) => void answered.push(parts);
    const events = [happening(), happening(), happening()];
    fake.emit('certificate-error', events[0], {}, 'https://a', 'error', {}, answer);
    fake.emit('select-client-certificate', events[1], null, 'https://a', [{}], answer);
    fake.emit('login', events[2], null, {}, {}, answer);
    expect(events.map(({ prevented }) => prevented)).toEqual([true, true, true]);
    expect(answered).toEqual([[false], [], []]);
  });

  it.each(['open-file', 'open-url', 'continue-activity'])('opens nothing at %s', (name) => {
    const event = happening();
    locked().emit(name, event);
    expect(event.prevented).toBe(true);
  });
});
