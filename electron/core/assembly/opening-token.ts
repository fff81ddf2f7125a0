import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { TokenPlace } from '../../../shared/contract/shapes.ts';
import type { AttachTarget } from '../hsm/bridge/bridge.ts';
import { createHsmBridge } from '../hsm/bridge/client.ts';
import { listTokens } from '../hsm/bridge/one-shot.ts';
import type { HsmDriver } from '../hsm/driver.ts';
import { Secret } from '../kernel/secret.ts';
import type { HostPorts } from '../ports.ts';
import { makePrivateFolder, writeDurably } from '../store/durable-file.ts';
import type { SlotView } from '../store/slots/key-slots.ts';
import type { HsmSeal } from '../store/slots/slot-kinds.ts';
import { chooseToken } from './choose-token.ts';

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

/**
 * Remembers where a token is, for opening a keystore with it. Where that cannot be written the next
 * opening asks again, which is no reason to undo this one: the log says it.
 */
export function rememberToken(
  ports: Pick<HostPorts, 'paths' | 'random' | 'log'>,
  token: KnownToken,
): void {
  const { serial, label, module, moduleSha256, libraryParameters } = token;
  try {
    const others = knownTokens(ports).filter((other) => other.serial !== serial);
    const all = [{ serial, label, module, moduleSha256, libraryParameters }, ...others];
    makePrivateFolder(ports.paths.state);
    const bytes = Buffer.from(`${JSON.stringify(all.slice(0, 64), null, 2)}\n`);
    writeDurably(place(ports), bytes, ports.random);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    ports.log.log('warn', 'token-not-remembered', { serial, why });
  }
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

/** The slots of a keystore or a backup, as its header shows them before it is opened. */
export interface SlotsSeen {
  readonly storeId: string;
  readonly slots: readonly SlotView[];
}

/** A PIN a person brought, and what they say of the token it is for. */
export interface PinEntry {
  readonly slot: string | undefined;
  readonly pin: Uint8Array;
  readonly confirmLastTry: boolean;
  readonly token: TokenPlace | undefined;
}

/** A token that is logged in for opening, and nothing else. */
export interface OpeningToken {
  readonly seal: HsmSeal;
  /** It opened what it was for: this computer knows from now on where it is. */
  remember(): void;
  close(): Promise<void>;
}

/**
 * Logs in to the token of an HSM slot. Null when no such slot asks for a token: the PIN is then for
 * the jobs, not for opening.
 * @throws OperationError HSM_NOT_ATTACHED when nobody said where the token is and this computer has
 *   not used it; HSM_WRONG_TOKEN; HSM_*
 */
export async function openingToken(
  ports: HostPorts,
  seen: SlotsSeen,
  entry: PinEntry,
): Promise<OpeningToken | null> {
  const { slot, pin, confirmLastTry: confirmed } = entry;
  const slots = seen.slots.filter(
    (each): each is TokenSlot =>
      each.tokenSerial !== null && (slot === undefined || each.id === slot || each.label === slot),
  );
  if (slots.length === 0) return null;
  const { slotSerial, target } = entry.token
    ? await named(ports, entry.token, slots)
    : remembered(ports, slots);
  const bridge = createHsmBridge(ports);
  try {
    const { module } = await bridge.attach({ driver: 'pkcs11', ...target });
    await bridge.login(pin, { confirmed });
    return {
      seal: sealOf(bridge, slotSerial, seen.storeId),
      remember: () =>
        rememberToken(ports, {
          serial: target.tokenSerial,
          label: target.tokenLabel,
          module: module?.resolved ?? target.module,
          moduleSha256: module?.sha256 ?? '',
          libraryParameters: target.libraryParameters ?? null,
        }),
      close: () => bridge.detach(),
    };
  } catch (error) {
    await bridge.detach();
    throw error;
  }
}

type TokenSlot = SlotView & { readonly tokenSerial: string };

interface Found {
  /** Of the token the slot was made with: another one may hold a copy of its key. */
  readonly slotSerial: string;
  readonly target: Omit<Extract<AttachTarget, { driver: 'pkcs11' }>, 'driver'>;
}

function remembered(ports: HostPorts, slots: readonly TokenSlot[]): Found {
  const tokens = knownTokens(ports);
  for (const { tokenSerial: slotSerial } of slots) {
    const token = tokens.find(({ serial }) => serial === slotSerial);
    if (!token) continue;
    const { module, moduleSha256, libraryParameters, serial, label } = token;
    const parameters = libraryParameters === null ? {} : { libraryParameters };
    const target = { module, moduleSha256, tokenSerial: serial, tokenLabel: label, ...parameters };
    return { slotSerial, target };
  }
  const [first] = slots;
  throw new OperationError('HSM_NOT_ATTACHED', {
    serial: first?.tokenSerial ?? '',
    slot: first?.label ?? '',
  });
}

/** The token of a slot, unless a person says which one: it may hold a copy of the slot's key. */
async function named(
  ports: HostPorts,
  token: TokenPlace,
  slots: readonly TokenSlot[],
): Promise<Found> {
  const { module, libraryParameters, serial, label } = token;
  const parameters = libraryParameters === undefined ? {} : { libraryParameters };
  const tokens = await listTokens(ports, { module, ...parameters });
  const own = slots.find((slot) => tokens.some((each) => each.serial === slot.tokenSerial));
  const [first] = slots;
  const unnamed = serial === undefined && label === undefined;
  const wanted = unnamed ? (own ?? first)?.tokenSerial : serial;
  const chosen = chooseToken(tokens, { serial: wanted, label });
  const slot = slots.find((each) => each.tokenSerial === chosen.serial) ?? first;
  const target = { module, ...parameters, tokenSerial: chosen.serial, tokenLabel: chosen.label };
  return { slotSerial: slot?.tokenSerial ?? chosen.serial, target };
}
