import { OperationError } from '../../../../../shared/errors/operation-error.ts';
import type { Handle, Template } from './cryptoki.ts';
import { CryptokiError } from './cryptoki-error.ts';
import { type AttributeName, CKM, CKO } from './numbers.ts';
import type { Scope } from './open-token.ts';

/** Read back from every secret key: a module may ignore what it does not like. */
const essential: readonly AttributeName[] = [
  'SENSITIVE',
  'EXTRACTABLE',
  'ENCRYPT',
  'DECRYPT',
  'WRAP',
  'UNWRAP',
];

const privateUses = ['DECRYPT', 'SIGN', 'UNWRAP', 'DERIVE'] as const;
const essentialOfPrivate: readonly AttributeName[] = ['SENSITIVE', 'EXTRACTABLE', ...privateUses];

/**
 * Makes an AES token key by one C_GenerateKey (one object, so nothing half-made can be left). Asks
 * for CKA_COPYABLE=false first; modules that do not know the attribute refuse the template (NSS:
 * CKR_GENERAL_ERROR) and get it without.
 */
export function generateTokenAes(
  scope: Scope,
  template: Template & { readonly ID: Buffer },
): Handle {
  const { cryptoki, session, objects } = scope;
  const mechanism = { mechanism: CKM.AES_KEY_GEN };
  try {
    return cryptoki.generate(session, mechanism, { ...template, COPYABLE: false });
  } catch (error) {
    if (!(error instanceof CryptokiError)) throw error;
    const query = { CLASS: template.CLASS ?? 0, LABEL: template.LABEL ?? '', ID: template.ID };
    if (objects.all(session, query).length > 0) throw error;
    return cryptoki.generate(session, mechanism, template);
  }
}

/**
 * Compares what the module made with what was asked.
 * @throws OperationError HSM_REFUSED naming the first attribute that differs
 */
export function requireAsAsked(scope: Scope, key: Handle, template: Template): void {
  const differing = firstDifference(scope, key, template);
  if (differing === null) return;
  throw new OperationError('HSM_REFUSED', {
    problem: `The token made a key with another CKA_${differing} than was asked for.`,
  });
}

/**
 * Null: each attribute that protects the key reads as `template` asks; one it does not name has to be false.
 */
export function firstDifference(
  scope: Scope,
  key: Handle,
  template: Template,
): AttributeName | null {
  const names = template.CLASS === CKO.PRIVATE_KEY ? essentialOfPrivate : essential;
  const values = scope.cryptoki.get(scope.session, key, names);
  for (const [at, name] of names.entries()) {
    if ((values[at]?.[0] === 1) !== (template[name] === true)) return name;
  }
  return null;
}

/**
 * Takes from a private session key the uses that were not asked for: NSS gives an unwrapped RSA key
 * every use, and an elliptic-curve key derivation, whatever the template says.
 * @throws OperationError HSM_REFUSED when it does not become as asked
 */
export function tighten(scope: Scope, key: Handle, template: Template): void {
  if (firstDifference(scope, key, template) === null) return;
  const uses = Object.fromEntries(privateUses.map((use) => [use, template[use] === true]));
  scope.cryptoki.set(scope.session, key, uses);
  requireAsAsked(scope, key, template);
}
