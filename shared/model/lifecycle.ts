/** Key states of NIST SP 800-57 part 1 rev. 5, section 7, and where each may lead. */
export const lifecycles = [
  'pre-activation',
  'active',
  'suspended',
  'deactivated',
  'compromised',
  'destroyed',
] as const;
export type Lifecycle = (typeof lifecycles)[number];

export const lifecycleTransitions: Readonly<Record<Lifecycle, readonly Lifecycle[]>> = {
  'pre-activation': ['active', 'compromised', 'destroyed'],
  active: ['suspended', 'deactivated', 'compromised', 'destroyed'],
  suspended: ['active', 'deactivated', 'compromised', 'destroyed'],
  // A deactivated key still decrypts; Make Active lets it protect new data again.
  deactivated: ['active', 'compromised', 'destroyed'],
  compromised: ['destroyed'],
  destroyed: [],
};

export const lifecycleMayBecome = (from: Lifecycle, to: Lifecycle): boolean =>
  lifecycleTransitions[from].includes(to);

/**
 * Where a reading of the KMS key leads a key: AWS refuses every use of one that is Disabled, which
 * suspends a key that is active, until it reads Enabled again. Null: it stays as it is.
 */
export function lifecycleRead(lifecycle: Lifecycle, state: string): Lifecycle | null {
  if (lifecycle === 'active' && state === 'Disabled') return 'suspended';
  return lifecycle === 'suspended' && state === 'Enabled' ? 'active' : null;
}
