import type { Domain } from '../rows.ts';
import { createExternalStores, type ExternalStores } from './external-stores.ts';
import { createProxyCredentials, type ProxyCredentials } from './proxy-credentials.ts';
import { createXksRules, type XksRules } from './rules.ts';
import { createServing, type Serving } from './serving.ts';
import { createXksKeys, type XksKeys } from './xks-keys.ts';

/** Everything this keystore keeps about external key stores, by noun. */
export interface XksModel {
  readonly stores: ExternalStores;
  readonly credentials: ProxyCredentials;
  readonly keys: XksKeys;
  readonly rules: XksRules;
  readonly serving: Serving;
}

export function createXksModel(domain: Domain): XksModel {
  const parts = {
    stores: createExternalStores(domain),
    credentials: createProxyCredentials(domain),
    keys: createXksKeys(domain),
    rules: createXksRules(domain),
  };
  return { ...parts, serving: createServing(domain, parts) };
}
