/** What several deeds decide, so that the last of them that is asked for counts (JobKind.matter). */

/** Which version the alias of a group leads to: by the KMS key it names, or by the material that is current there. */
export const aliasMatter = (groupId: string): string => `alias:${groupId}`;

/** Whether a KMS key is on, off or to be deleted. */
export const stateMatter = (keyId: string): string => `state:${keyId}`;

/** What material and policy AWS has of a key. */
export const contentMatter = (keyId: string): string => `content:${keyId}`;

/** Whether an external key store is connected. */
export const connectionMatter = (storeId: string): string => `connection:${storeId}`;
