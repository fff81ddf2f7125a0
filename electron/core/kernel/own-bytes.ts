/**
 * A structured clone of a view takes the whole memory behind it along: a Buffer from Node's pool
 * would carry its neighbours into another process. Gives a message whose byte arrays stand alone,
 * and the copies that were made for it, to be zeroed once it was sent.
 */
export function withOwnBytes(message: unknown): { message: unknown; copies: Uint8Array[] } {
  const copies: Uint8Array[] = [];
  const visit = (value: unknown): unknown => {
    if (value instanceof Uint8Array) {
      if (value.byteLength === value.buffer.byteLength) return value;
      const copy = Uint8Array.from(value);
      copies.push(copy);
      return copy;
    }
    if (Array.isArray(value)) return value.map(visit);
    if (value !== null && typeof value === 'object') {
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, visit(inner)]));
    }
    return value;
  };
  return { message: visit(message), copies };
}

/** Posts a message whose byte arrays stand alone; nothing of what was copied for it stays. */
export function postOwnBytes(post: (message: unknown) => void, message: unknown): void {
  const own = withOwnBytes(message);
  try {
    post(own.message);
  } finally {
    for (const copy of own.copies) copy.fill(0);
  }
}
