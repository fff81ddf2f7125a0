import type { Authenticated } from '../auth/authenticate.ts';
import type { XmlTree } from './xml.ts';

/** Never needs a permission, as in AWS. */
export const getCallerIdentity = (who: Authenticated): XmlTree => ({
  GetCallerIdentityResult: {
    Arn: who.caller.arn,
    UserId: who.caller.userId,
    Account: who.caller.account,
  },
});
