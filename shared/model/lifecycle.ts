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
