/** What nobody has recorded of AWS, and the readings that its texts allow; the first one holds. */
export const openPoints = {
  /** GetParametersForImport for a wrapping that the key spec cannot use. */
  'wrapping-combination': ['UnsupportedOperationException', 'ValidationException'],
  /** ImportType, KeyMaterialId or KeyMaterialDescription for a key that is not symmetric. */
  'import-members': ['ValidationException', 'UnsupportedOperationException'],
  /** NEW_KEY_MATERIAL on a replica. */
  'new-on-replica': ['UnsupportedOperationException', 'KMSInvalidStateException'],
  /** DeleteImportedKeyMaterial with an id that is not associated. */
  'unknown-material': ['NotFoundException', 'ValidationException'],
  /** A token after a successful import. */
  'token-reuse': ['InvalidImportTokenException', 'allowed'],
  /** A token after the next GetParametersForImport for its key. */
  'older-parameters': ['allowed', 'InvalidImportTokenException'],
  /** Importing over material that is present: with any expiry, only with the one it has, or not at all. */
  'import-over-present': ['allowed', 'same-date', 'KMSInvalidStateException'],
  /** Importing into a key that is disabled. */
  'import-into-disabled': ['stays-disabled', 'enables'],
  /** GetKeyRotationStatus of a key with imported material. */
  'rotation-status-imported': ['answers', 'UnsupportedOperationException'],
  /** The member that carries the text of an AccessDeniedException. */
  'access-denied-member': ['message', 'Message'],
} as const;

export type OpenPoint = keyof typeof openPoints;
export type Reading<P extends OpenPoint> = (typeof openPoints)[P][number];
export type Readings = { readonly [P in OpenPoint]?: Reading<P> };

const isPoint = (name: string): name is OpenPoint => Object.hasOwn(openPoints, name);

/** Null when there is no such point, or it has no such reading. */
export function readReading(name: string, reading: string): Readings | null {
  if (!isPoint(name)) return null;
  const known: readonly string[] = openPoints[name];
  return known.includes(reading) ? { [name]: reading } : null;
}

/** Which reading of each open point holds. */
export interface Decided {
  reading<P extends OpenPoint>(point: P): Reading<P>;
  change(readings: Readings): void;
  /** All of them. */
  readonly all: Readings;
  reset(): void;
}

export function decideOpenPoints(initial: Readings): Decided {
  let current: Readings = { ...initial };
  function reading<P extends OpenPoint>(point: P): Reading<P> {
    return current[point] ?? (openPoints[point][0] as Reading<P>);
  }
  return {
    reading,
    change(readings) {
      current = { ...current, ...readings };
    },
    get all() {
      const points = Object.keys(openPoints) as OpenPoint[];
      return Object.fromEntries(points.map((point) => [point, reading(point)]));
    },
    reset() {
      current = { ...initial };
    },
  };
}
