import { listTokens } from '../../electron/core/hsm/bridge/one-shot.ts';
import { behindItsBack, testPorts } from '../../electron/core/hsm/token.fixture.ts';
import type { SoftToken } from '../../electron/hosts/demo/soft-token.ts';
import { tokenLabel, type Stage } from './stage.ts';

/** An object that lies in the token, as PKCS#11 names it. */
export interface TokenObject {
  readonly class: number;
  readonly label: string;
}

const serials = new WeakMap<SoftToken, string>();

/** Serial of a stage's token, which the module gave it when it was set up. */
export async function tokenSerial(token: SoftToken): Promise<string> {
  const known = serials.get(token);
  if (known !== undefined) return known;
  const environment = { SOFTHSM2_CONF: token.configuration };
  const tokens = await listTokens(testPorts, { module: token.module, environment });
  const found = tokens.find((each) => each.label === tokenLabel);
  if (!found) throw new Error(`no token ${tokenLabel}`);
  serials.set(token, found.serial);
  return found.serial;
}

/** Every object of the token, seen by a fresh process that is not the product's bridge. */
export async function tokenObjects(stage: Stage): Promise<readonly TokenObject[]> {
  const { token, pin } = stage;
  if (!token || !pin) return [];
  const target = {
    driver: 'pkcs11',
    module: token.module,
    environment: { SOFTHSM2_CONF: token.configuration },
    tokenSerial: await tokenSerial(token),
    tokenLabel,
  } as const;
  return behindItsBack(
    { target, pin, folder: '', remove: () => undefined },
    `return cryptoki.find(session, {}).map((handle) => {
       const [kind, label] = cryptoki.get(session, handle, ['CLASS', 'LABEL']);
       return { class: Number(kind.readBigUInt64LE(0)), label: label.toString() };
     });`,
  ) as TokenObject[];
}
