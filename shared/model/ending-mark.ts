/** One row of what ends: where a page of them ends and the next one begins. */
export interface EndingMark {
  readonly keyId: string;
  /** Milliseconds. */
  readonly at: number;
  readonly what: 'material' | 'life';
}

const shape = /^(?<at>\d{1,15})-(?<what>material|life)-(?<keyId>[0-9a-f-]{36})$/;

export const writeMark = ({ at, what, keyId }: EndingMark): string => `${at}-${what}-${keyId}`;

/** Null where it is none. */
export function readMark(text: string): EndingMark | null {
  const found = shape.exec(text)?.groups;
  if (!found) return null;
  const what = found['what'] === 'life' ? 'life' : 'material';
  return { at: Number(found['at']), what, keyId: found['keyId'] ?? '' };
}
