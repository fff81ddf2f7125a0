import { EventEmitter } from 'node:events';
import type { App, Session, WebContents } from 'electron';

type Handler = (...parts: never[]) => unknown;

/** Notes every handler that is set, and every event that is listened to, under its name. */
class Recorder extends EventEmitter {
  readonly set = new Map<string, Handler>();
  readonly calls: [string, ...unknown[]][] = [];

  protected taking(name: string): (handler: Handler) => void {
    return (handler) => void this.set.set(name, handler);
  }
  protected noting(name: string): (...parts: unknown[]) => void {
    return (...parts) => void this.calls.push([name, ...parts]);
  }
  /** Calls a handler that was set, as Electron would. */
  ask(name: string, ...parts: unknown[]): unknown {
    const handler = this.set.get(name);
    if (!handler) throw new Error(`nothing was said about ${name}`);
    return (handler as (...all: unknown[]) => unknown)(...parts);
  }
}

class InTestSession extends Recorder {
  setPermissionRequestHandler = this.taking('permission-request');
  setPermissionCheckHandler = this.taking('permission-check');
  setDevicePermissionHandler = this.taking('device');
  setUSBProtectedClassesHandler = this.taking('usb-classes');
  setBluetoothPairingHandler = this.taking('bluetooth');
  setDisplayMediaRequestHandler = this.taking('display-media');
  setCertificateVerifyProc = this.taking('certificate');
  setSpellCheckerEnabled = this.noting('spell-checker');
  setProxy = (config: unknown): Promise<void> => {
    this.calls.push(['proxy', config]);
    return Promise.resolve();
  };
  webRequest = { onBeforeRequest: this.taking('request') };
}

class InTestContents extends Recorder {
  setWindowOpenHandler = this.taking('window-open');
  setWebRTCIPHandlingPolicy = this.noting('webrtc');
  closeDevTools = this.noting('close-devtools');
}

class InTestApp extends Recorder {
  enableSandbox = this.noting('sandbox');
  commandLine = { appendSwitch: this.noting('switch') };
}

/** A session, a page or a program as far as the lockdown touches it. */
export function inTestSession(): { fake: InTestSession; session: Session } {
  const fake = new InTestSession();
  return { fake, session: fake as unknown as Session };
}
export function inTestContents(): { fake: InTestContents; contents: WebContents } {
  const fake = new InTestContents();
  return { fake, contents: fake as unknown as WebContents };
}
export function inTestApp(): { fake: InTestApp; app: App } {
  const fake = new InTestApp();
  return { fake, app: fake as unknown as App };
}

/** An event that notes whether its default was prevented. */
export function happening<T extends object>(more?: T) {
  const event = {
    prevented: false,
    preventDefault(): void {
      event.prevented = true;
    },
    ...more,
  };
  return event;
}
