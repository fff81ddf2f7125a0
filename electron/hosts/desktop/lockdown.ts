/**
 * Everything that Electron allows a page unless it is told otherwise, denied in one place. The
 * window talks to us by IPC alone: whatever else it tries is a fault or an attack. Each rule has a
 * test in lockdown.test.ts; a rule that is taken away fails there.
 */
import type { App, Session, WebContents } from 'electron';
import { consoleOrigin, isOwnAddress, isOwnPage } from './own-address.ts';

export interface Strictness {
  /** A program that people were given, as opposed to one being developed: no DevTools at all. */
  readonly packaged: boolean;
}

/** Writing what a person copies is the only thing of the system that a page may use. */
const allowedPermission = 'clipboard-sanitized-write';

/**
 * Nothing listens there: what a page sends past every other rule ends here. Chromium sends nothing for
 * this computer itself (127.0.0.0/8, ::1, localhost, link-local) by a proxy unless these implicit
 * exceptions are taken away (Chromium's net/docs/proxy.md).
 */
const deadProxy = {
  mode: 'fixed_servers',
  proxyRules: 'socks5://127.0.0.1:9',
  proxyBypassRules: '<-loopback>',
} as const;

const certificateRefused = -2;

/** Chromium switches, set before anything starts. Node's own connections do not know them. */
const switches: readonly (readonly [string, string?])[] = [
  ['host-resolver-rules', 'MAP * ~NOTFOUND'],
  ['disable-background-networking'],
  ['disable-component-update'],
  ['disable-domain-reliability'],
  ['disable-quic'],
  ['no-pings'],
];

/** The program as a whole. Called before Electron is ready. */
export function lockDownApp(app: App, strictness: Strictness): void {
  app.enableSandbox();
  for (const [name, value] of switches) app.commandLine.appendSwitch(name, value);
  app.on('session-created', (session) => lockDownSession(session, strictness));
  app.on('web-contents-created', (_event, contents) => lockDownContents(contents, strictness));
  app.on('certificate-error', (event, _contents, _url, _error, _certificate, trust) => {
    event.preventDefault();
    trust(false);
  });
  app.on('select-client-certificate', (event, _contents, _url, _list, choose) => {
    // Without this Chromium takes the first certificate of this account's store.
    event.preventDefault();
    choose();
  });
  app.on('login', (event, _contents, _details, _info, answer) => {
    event.preventDefault();
    answer();
  });
  // Files, links and activities of other programs are not opened here.
  app.on('open-file', (event) => event.preventDefault());
  app.on('open-url', (event) => event.preventDefault());
  app.on('continue-activity', (event) => event.preventDefault());
}

/** What a session decides: permissions, devices, requests, downloads. */
export function lockDownSession(session: Session, strictness: Strictness): void {
  const mayLoad = (address: string): boolean =>
    isOwnAddress(address) ||
    address.startsWith('data:') ||
    (!strictness.packaged && address.startsWith('devtools://'));
  session.setPermissionRequestHandler((contents, permission, answer) =>
    answer(permission === allowedPermission && isOwnPage(contents.getURL())),
  );
  session.setPermissionCheckHandler(
    (_contents, permission, origin) =>
      permission === allowedPermission && withoutSlash(origin) === consoleOrigin,
  );
  session.setDevicePermissionHandler(() => false);
  session.setUSBProtectedClassesHandler(({ protectedClasses }) => protectedClasses);
  session.setBluetoothPairingHandler((_details, answer) => answer({ confirmed: false }));
  session.setDisplayMediaRequestHandler((_request, answer) => answer(null));
  session.setCertificateVerifyProc((_request, answer) => answer(certificateRefused));
  session.setSpellCheckerEnabled(false);
  void session.setProxy(deadProxy);
  session.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: !mayLoad(url) }));
  session.on('will-download', (event) => event.preventDefault());
  session.on('select-hid-device', (event, _details, choose) => none(event, choose));
  session.on('select-usb-device', (event, _details, choose) => none(event, choose));
  session.on('select-serial-port', (event, _list, _contents, choose) => {
    none(event, () => choose(''));
  });
  session.on('select-webauthn-account', (event, _details, choose) => none(event, choose));
  session.on('select-webauthn-authenticator', (event, choose) => none(event, choose));
  session.on('file-system-access-restricted', (event, _details, decide) => {
    event.preventDefault();
    decide('deny');
  });
}

/** What one page may do: stay where it is. */
export function lockDownContents(contents: WebContents, strictness: Strictness): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
  contents.on('will-navigate', (event) => stay(event, event.url));
  contents.on('will-frame-navigate', (event) => stay(event, event.url));
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  // A page that asks to stay would hold up the reload that empties it after a lock.
  contents.on('will-prevent-unload', (event) => event.preventDefault());
  contents.on('select-bluetooth-device', (event, _devices, choose) => {
    none(event, () => choose(''));
  });
  if (strictness.packaged) contents.on('devtools-opened', () => contents.closeDevTools());
}

interface Preventable {
  preventDefault(): void;
}

function none(event: Preventable, choose: () => void): void {
  event.preventDefault();
  choose();
}

function stay(event: Preventable, address: string): void {
  if (!isOwnPage(address)) event.preventDefault();
}

const withoutSlash = (origin: string): string => origin.replace(/\/$/, '');
