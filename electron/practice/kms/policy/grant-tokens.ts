import { parseKmsArn } from '../model/arn.ts';
import type { GrantRecord, KeyRecord } from '../model/records.ts';
import type { World } from '../world.ts';

type Issuer = Pick<World, 'seals' | 'state'>;

/**
 * A token for a grant. Each is unlike all others, and all tokens of one grant are worth the same
 * (API reference, CreateGrant), so that a token says which grant it is for.
 */
export const issueGrantToken = (world: Issuer, key: KeyRecord, grantId: string): string =>
  world.seals.grantToken.seal([key.arn, grantId]).toString('base64');

/** The grant that a token is for; undefined when it is for none, or for one that is gone. */
export function grantOfToken(world: Issuer, token: string): GrantRecord | undefined {
  const bytes = Buffer.from(token, 'base64');
  const exact = bytes.toString('base64') === token;
  const said = exact ? world.seals.grantToken.open(bytes) : undefined;
  // Older data files know the tokens that they gave out.
  if (!Array.isArray(said)) return world.state.grants.findByToken(token);
  const [keyArn, grantId] = said as [string, string];
  const arn = parseKmsArn(keyArn);
  return arn === null ? undefined : world.state.grants.find({ ...arn, keyId: arn.name }, grantId);
}
