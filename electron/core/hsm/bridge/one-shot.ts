import type { HostPorts } from '../../ports.ts';
import type { TokenStatus } from '../driver.ts';
import { inspectModule } from '../module-file.ts';
import type { ModuleChoice } from './bridge.ts';
import { BridgeConnection, gone } from './connection.ts';
import type { Method } from './methods.ts';
import type { Answer } from './protocol.ts';

export type BridgePorts = Pick<HostPorts, 'clock' | 'faults' | 'launcher' | 'log'>;

/** Looks into a module by a bridge process that ends right after. */
export async function listTokens(
  ports: BridgePorts,
  choice: ModuleChoice,
): Promise<readonly TokenStatus[]> {
  return oneShot(ports, choice, 'tokens', {});
}

/**
 * Sets up an empty token of a software module, for practice. The PINs are handed to the bridge and
 * not kept; the caller's own bytes stay as they are.
 * @throws OperationError HSM_REFUSED for anything but a software module
 */
export async function initializeToken(
  ports: BridgePorts,
  choice: ModuleChoice,
  token: { readonly label: string; readonly soPin: Uint8Array; readonly pin: Uint8Array },
): Promise<TokenStatus> {
  const [soPin, pin] = [Buffer.from(token.soPin), Buffer.from(token.pin)];
  const { label } = token;
  return oneShot(ports, choice, 'initializeToken', { label, soPin, pin }, [soPin, pin]);
}

async function oneShot<M extends Method>(
  ports: BridgePorts,
  choice: ModuleChoice,
  method: M,
  extra: Readonly<Record<string, unknown>>,
  wipe: readonly Uint8Array[] = [],
): Promise<Answer<M>> {
  const { resolved, sha256 } = await inspectModule(choice.module);
  const parameters = choice.libraryParameters;
  const spec = {
    path: resolved,
    sha256,
    ...(parameters === undefined ? {} : { libraryParameters: parameters }),
    ...extra,
  };
  const channel = ports.launcher.launch('hsm-bridge', choice.environment);
  const connection = new BridgeConnection(ports, channel, () => undefined);
  try {
    return await connection.call(method, [spec], wipe);
  } finally {
    connection.kill(gone('ended', 'bridge process'));
  }
}
