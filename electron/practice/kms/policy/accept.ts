import { type Asking, requireNoLockout } from './authorize.ts';
import { readPolicy, requirePolicySize } from './document.ts';
import type { JudgedKey } from './standing-facts.ts';

/**
 * The text to keep of a key policy that a client sent. @throws LimitExceededException,
 * and MalformedPolicyDocumentException for what is no key policy, names principals that do not
 * exist, or would lock the caller out (unless that check is bypassed).
 */
export function acceptPolicy(
  asking: Asking,
  text: string,
  key: JudgedKey,
  bypassLockoutCheck: boolean,
): string {
  requirePolicySize(text);
  if (asking.world.skipPolicyChecks) return text;
  const read = readPolicy(text, asking.world.directory);
  if (!bypassLockoutCheck) requireNoLockout(asking, read.policy, key);
  return read.text;
}
