/** How much of a fault there is: the next calls that it strikes, or a time. */
export type MischiefUnit = 'calls' | 'milliseconds' | 'seconds' | 'none';

interface KindOfMischief {
  /** Strikes one operation of KMS, or every one. */
  readonly ofOperation: boolean;
  readonly unit: MischiefUnit;
}

const strikes = { ofOperation: true, unit: 'calls' } as const;
const delays = { ofOperation: true, unit: 'milliseconds' } as const;
const unseen = { ofOperation: false, unit: 'seconds' } as const;
const always = { ofOperation: false, unit: 'none' } as const;

/** Every fault that the practice KMS can rehearse, in the order in which it is offered. */
export const mischiefKinds = {
  'lost-reply': strikes,
  'reset-after': strikes,
  'hang-after': strikes,
  'cut-reply': strikes,
  twice: strikes,
  drop: strikes,
  reset: strikes,
  hang: strikes,
  throttle: strikes,
  'error-500': strikes,
  'error-503': strikes,
  refuse: strikes,
  'expired-credential': strikes,
  latency: delays,
  'late-reply': delays,
  'slow-reply': delays,
  'wrong-wrapping-key': always,
  'stale-tokens': always,
  'late-aliases': unseen,
  'late-keys': unseen,
  'late-states': unseen,
  'late-tags': unseen,
  'late-policies': unseen,
  'late-grants': unseen,
  'clock-skew': unseen,
  'no-date': always,
  'garbled-date': always,
} as const satisfies Record<string, KindOfMischief>;
export type MischiefKind = keyof typeof mischiefKinds;

export const mischiefNames = Object.keys(mischiefKinds) as [MischiefKind, ...MischiefKind[]];

/** One fault that is on. */
export interface MischiefRule {
  readonly kind: MischiefKind;
  /** `*`: every operation. Null where the fault is not about one. */
  readonly operation: string | null;
  /** In the unit of the kind; null: every call, or nothing to count. */
  readonly amount: number | null;
}

/** What Keyreeve asks of KMS, for choosing what a fault strikes. */
export const rehearsedOperations = [
  'CreateKey',
  'GetParametersForImport',
  'ImportKeyMaterial',
  'CreateAlias',
  'UpdateAlias',
  'DescribeKey',
  'ListAliases',
  'ListResourceTags',
  'TagResource',
  'GetKeyPolicy',
  'PutKeyPolicy',
  'DeleteImportedKeyMaterial',
  'DisableKey',
  'EnableKey',
  'ScheduleKeyDeletion',
  'CancelKeyDeletion',
  'Encrypt',
  'Decrypt',
] as const;
