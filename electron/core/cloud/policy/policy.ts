/** A key policy as read from JSON: checked, but with what it says left as it was written. */
export interface KeyPolicy {
  readonly version: string;
  readonly id: string | null;
  readonly statements: readonly Statement[];
}

export interface Statement {
  /** From 1, as counted in messages. */
  readonly number: number;
  readonly sid: string | null;
  readonly effect: 'Allow' | 'Deny';
  /** Who, and whether everybody else is meant. */
  readonly principals: Principals;
  readonly actions: NameList;
  readonly resources: NameList;
  readonly conditions: readonly Condition[];
}

/** A list that means what it names, or with `except` everything but that. */
export interface NameList {
  readonly except: boolean;
  readonly names: readonly string[];
}

export interface Principals {
  readonly except: boolean;
  /** AWS (accounts, users, roles), Service, Federated, CanonicalUser; `*` for anybody. */
  readonly groups: readonly { readonly kind: string; readonly names: readonly string[] }[];
}

export interface Condition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

/** AWS's limit for a key policy, in bytes. */
export const largestPolicy = 32_768;
