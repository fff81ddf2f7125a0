import { list, oneOf, optional } from '../wire/members.ts';

export const dryRunModifiers = optional(list(oneOf(['IGNORE_CIPHERTEXT']), { min: 0, max: 1 }));

/** A dry run that asks for the permissions alone; AWS then looks at no ciphertext, sent or not. */
export const ignoresCiphertext = (request: {
  readonly DryRun?: boolean;
  readonly DryRunModifiers?: readonly string[];
}): boolean =>
  request.DryRun === true && request.DryRunModifiers?.includes('IGNORE_CIPHERTEXT') === true;
