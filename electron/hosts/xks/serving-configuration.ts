import { join } from 'node:path';
import type { OutputFor } from '../../../shared/contract/index.ts';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { makeFolder } from '../../core/kernel/make-folder.ts';
import type { ConfigurationInput } from './configuration.ts';

/** What a person says of one copy of the proxy; the rest the core prepared. */
export interface ProxyWishes {
  readonly node: string;
  readonly listen: { readonly host: string; readonly port: number };
  readonly probe: { readonly host: string; readonly port: number } | null;
  /** PEM files. */
  readonly certificate: string;
  readonly privateKey: string;
  /** Where the PIN of the token lies; not asked for where the core knows it. */
  readonly pinFile: string | null;
  readonly softwareKeysForOthers: boolean;
}

/**
 * The configuration of a proxy on this computer over what the core has published.
 * @throws OperationError BAD_INPUT where the PIN of the token is needed and not named
 */
export function servingConfiguration(
  prepared: OutputFor<'xks.prepareProxy'>,
  wishes: ProxyWishes,
): ConfigurationInput {
  const { pinFile: givenPin, ...given } = wishes;
  const stateFolder = join(prepared.nodes, wishes.node);
  makeFolder(stateFolder);
  return {
    ...given,
    servingSet: prepared.servingSet,
    servingKey: prepared.servingKey,
    stateFolder,
    device: deviceOf(prepared.device, givenPin),
  };
}

function deviceOf(
  device: OutputFor<'xks.prepareProxy'>['device'],
  givenPin: string | null,
): ConfigurationInput['device'] {
  if (device.driver === 'software') return device;
  const { moduleSha256, libraryParameters, environment, pinFile, ...token } = device;
  const pin = pinFile ?? givenPin;
  // the PIN of a real token is nowhere in the keystore
  if (pin === null) {
    const problem = `token ${device.tokenLabel} needs its PIN: name a file that holds it, or a descriptor with --token-pin-fd`;
    throw new OperationError('BAD_INPUT', { field: '--token-pin-file', problem });
  }
  return {
    ...token,
    pinFile: pin,
    ...(moduleSha256 === '' ? {} : { moduleSha256 }),
    ...(libraryParameters === null ? {} : { libraryParameters }),
    ...(environment === null ? {} : { environment }),
  };
}
