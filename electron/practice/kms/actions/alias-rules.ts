import type { AliasRecord, KeyRecord } from '../model/records.ts';
import { KmsFailure, limitExceeded, validation } from '../wire/failures.ts';
import type { Call } from '../world.ts';
import { consistencyOf } from './veil.ts';

/**
 * @throws what AWS answers for names that cannot be a customer's alias: ValidationException, or
 * NotAuthorizedException for the names it keeps to itself.
 */
export function requireAliasName(name: string): void {
  if (!name.startsWith('alias/')) {
    throw validation(
      'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
    );
  }
  if (name.startsWith('alias/aws/')) throw new KmsFailure('NotAuthorizedException');
  if (name.includes(':') || name === 'alias/') {
    throw validation(`${name} contains invalid characters for an alias`);
  }
}

/** @throws ValidationException when the target is an alias: aliases never point at aliases. */
export function requireKeyTarget(target: string): void {
  if (target.startsWith('alias/') || /^arn:[^:]*:kms:[^:]*:[^:]*:alias\//.test(target)) {
    throw validation('Aliases must refer to keys. Not aliases');
  }
}

/** @throws LimitExceededException */
export function requireRoomForAlias(call: Call, key: KeyRecord): void {
  const most = call.world.quotas.most('aliasesPerKey');
  if (call.world.state.aliases.countOf(key, key.keyId) >= most) {
    throw limitExceeded(`The key ${key.arn} has the maximum of ${most} aliases.`);
  }
}

/** When an alias change becomes visible to other calls. */
export const aliasVisibleAt = (call: Call): number =>
  call.now + consistencyOf(call).aliasesSeconds * 1000;

/** Notes the move for the journal. */
export function noteAlias(call: Call, alias: AliasRecord, from: string | null): void {
  call.effect({ kind: 'alias', alias: alias.name, from, to: alias.target });
}
