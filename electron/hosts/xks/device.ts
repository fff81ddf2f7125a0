import { readFile } from 'node:fs/promises';
import {
  type AttachTarget,
  createHsmBridge,
  type HsmBridge,
} from '../../core/hsm/bridge/client.ts';
import type { TokenStatus } from '../../core/hsm/driver.ts';
import { nodeClock } from '../../core/kernel/node-clock.ts';
import { nodeLauncher } from '../../core/kernel/node-launcher.ts';
import { Secret } from '../../core/kernel/secret.ts';
import type { Logger, ProcessLauncher } from '../../core/ports.ts';
import type { HealthWatch } from '../../core/xks/health.ts';
import type { Configuration } from './configuration.ts';
import { tokenLogin } from './token-login.ts';

/** Keys that no hardware protects are served to other computers only when somebody said so. */
class SoftwareKeysForOthers extends Error {
  override readonly name = 'SoftwareKeysForOthers';
  constructor() {
    super(
      'No hardware protects these keys, and the proxy would serve other computers: set softwareKeysForOthers to sign off on that.',
    );
  }
}

/** The device of a proxy, in a process of its own. */
export interface ProxyDevice {
  readonly bridge: HsmBridge;
  /**
   * Resolves once it is attached and logged in, or is looked for in the background.
   * @throws SoftwareKeysForOthers; OperationError where waiting would not help
   */
  readonly attached: Promise<void>;
  /** Who is told what becomes of the device from now on. */
  tell(health: HealthWatch): void;
  /** Lets it log in: a PIN is not spent on a proxy that something else keeps from starting. */
  logIn(): void;
  /** Ends it where it was not let, too. */
  end(): Promise<void>;
}

/**
 * Starts the process of the device, attaches it and, once it is let, logs in; when it is away, once it
 * comes. The bridge keeps a PIN that was right for its own new processes, and one that was wrong is
 * not tried again.
 */
export function openDevice(
  configuration: Configuration,
  log: Logger,
  launcher: ProcessLauncher = nodeLauncher,
): ProxyDevice {
  const bridge = createHsmBridge({
    clock: nodeClock,
    launcher,
    faults: { silent: true, reach: () => undefined },
    log,
  });
  const told: { health: HealthWatch | null } = { health: null };
  const gate = Promise.withResolvers<boolean>();
  const attached = attachInBackground(bridge, configuration, { told, mayLogIn: gate.promise }, log);
  attached.catch(() => undefined); // whoever waits for it is told
  return {
    bridge,
    attached,
    tell: (health) => void (told.health = health),
    logIn: () => gate.resolve(true),
    end: () => {
      gate.resolve(false);
      return bridge.detach();
    },
  };
}

/** What is decided while the device is attached. */
interface Outside {
  readonly told: { readonly health: HealthWatch | null };
  readonly mayLogIn: Promise<boolean>;
}

async function attachInBackground(
  bridge: HsmBridge,
  configuration: Configuration,
  { told, mayLogIn }: Outside,
  log: Logger,
): Promise<void> {
  const pin = await tokenLogin(configuration, log);
  const loginOnce = async (): Promise<void> => {
    if (!(await mayLogIn)) return pin.drop();
    await pin.try((bytes) => bridge.login(bytes));
    await told.health?.checkTwice();
  };
  const mayServe = ({ assurance }: TokenStatus): boolean => isSignedOff(configuration, assurance);
  bridge.onEvent((event) => {
    if (event.type === 'lost') return told.health?.lost('The device is away.');
    // what was away when the proxy started is looked at when it comes
    if (!mayServe(event.status)) {
      const { message } = new SoftwareKeysForOthers();
      log.log('error', 'xks.device.refused', { problem: message });
      void bridge.detach();
      return told.health?.lost(message);
    }
    return void (event.type === 'back' ? told.health?.check() : loginOnce());
  });
  const target = await targetOf(configuration);
  try {
    const { status } = await bridge.attach(target, { keepTrying: true });
    if (!mayServe(status)) throw new SoftwareKeysForOthers();
    if (!status.loggedIn) await loginOnce();
  } catch (error) {
    if (bridge.state === 'none') throw error;
    if (error instanceof SoftwareKeysForOthers) {
      await bridge.detach();
      throw error;
    }
    log.log('warn', 'xks.device.away', { code: error instanceof Error ? error.message : '' });
  } finally {
    if (target.driver === 'software') target.key.dispose();
  }
}

const isSignedOff = (
  { softwareKeysForOthers, listen }: Configuration,
  assurance: TokenStatus['assurance'],
): boolean => softwareKeysForOthers || assurance === 'hardware' || listen.host.startsWith('127.');

async function targetOf({ device }: Configuration): Promise<AttachTarget> {
  if (device.driver === 'software') {
    return { driver: 'software', key: Secret.adopt(await readFile(device.keyFile)) };
  }
  const { module, moduleSha256, libraryParameters, environment, tokenSerial, tokenLabel } = device;
  return {
    driver: 'pkcs11',
    module,
    tokenSerial,
    tokenLabel,
    ...(moduleSha256 === undefined ? {} : { moduleSha256 }),
    ...(libraryParameters === undefined ? {} : { libraryParameters }),
    ...(environment === undefined ? {} : { environment }),
  };
}
