import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { createHsmBridge } from '../hsm/bridge/client.ts';
import type { HsmDriver } from '../hsm/driver.ts';
import { Secret } from '../kernel/secret.ts';
import type { HostPorts } from '../ports.ts';
import { writeDurably } from '../store/durable-file.ts';
import { peekKeystore } from '../store/keystore-file.ts';
import type { HsmSeal } from '../store/slots/slot-kinds.ts';
import type { HsmBinding } from './hsm-binding.ts';

/**
 * Opening a keystore with a token: the keystore itself says which module the token is in, but it is
 * closed. So this device remembers module, serial and label outside the keystore; nothing of it is
 * secret, and the module file is pinned by its hash.
 */
const known = z.strictObject({
  serial: z.string(),
  label: z.string(),
  module: z.string(),
  moduleSha256: z.string(),
  libraryParameters: z.string().nullable(),
});
const file = z.array(known).max(64);
type KnownToken = z.output<typeof known>;

const place = (ports: Pick<HostPorts, 'paths'>) => join(ports.paths.state, 'tokens.json');

function knownTokens(ports: Pick<HostPorts, 'paths'>): KnownToken[] {
  const path = place(ports);
  if (!existsSync(path)) return [];
  const parsed = file.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  return parsed.success ? parsed.data : [];
}

/** Remembers where the token of a binding is, for opening a keystore with it. */
export function rememberToken(
  ports: Pick<HostPorts, 'paths' | 'random'>,
  binding: HsmBinding,
): void {
  const { serial, label, module, moduleSha256, libraryParameters } = binding;
  const others = knownTokens(ports).filter((token) => token.serial !== serial);
  const all = [{ serial, label, module, moduleSha256, libraryParameters }, ...others].slice(0, 64);
  mkdirSync(ports.paths.state, { recursive: true, mode: 0o700 });
  writeDurably(place(ports), Buffer.from(`${JSON.stringify(all, null, 2)}\n`), ports.random);
}

/** A seal under the slot key of one keystore. */
export const sealOf = (driver: HsmDriver, tokenSerial: string, storeId: string): HsmSeal => ({
  tokenSerial,
  seal: async (plain, aad) =>
    Buffer.from(
      await driver.sealWithSlotKey(
        storeId,
        plain.use((bytes) => Uint8Array.from(bytes)),
        aad,
      ),
    ),
  open: async (sealed, aad) => Secret.adopt(await driver.openWithSlotKey(storeId, sealed, aad)),
});

/**
 * Logs in to the token of the keystore's HSM slot, for opening it and nothing else.
 * @throws OperationError HSM_NOT_ATTACHED when this device does not know where the token is; HSM_*
 */
export async function openingToken(
  ports: HostPorts,
  keystorePath: string,
  slot: string | undefined,
  pin: Uint8Array,
): Promise<{ readonly seal: HsmSeal; close(): Promise<void> } | null> {
  const { storeId, slots } = peekKeystore(keystorePath);
  const wanted = slots.find(
    (each) =>
      each.tokenSerial !== null && (slot === undefined || each.id === slot || each.label === slot),
  );
  // No slot asks for a token: the PIN is for the jobs, not for opening.
  if (!wanted?.tokenSerial) return null;
  const token = knownTokens(ports).find(({ serial }) => serial === wanted.tokenSerial);
  if (!token) throw new OperationError('HSM_NOT_ATTACHED', { serial: wanted.tokenSerial });
  const bridge = createHsmBridge(ports);
  try {
    await bridge.attach({
      driver: 'pkcs11',
      module: token.module,
      moduleSha256: token.moduleSha256,
      ...(token.libraryParameters === null ? {} : { libraryParameters: token.libraryParameters }),
      tokenSerial: token.serial,
      tokenLabel: token.label,
    });
    await bridge.login(pin);
    return { seal: sealOf(bridge, token.serial, storeId), close: () => bridge.detach() };
  } catch (error) {
    await bridge.detach();
    throw error;
  }
}
