/**
 * Milliseconds since now, by the clock that says more: the steady one may stand still while the
 * computer sleeps, the other may be set. A term that has passed never comes back.
 */
export function stopwatch(): () => number {
  const from = { wall: Date.now(), steady: performance.now() };
  return () => Math.max(0, Date.now() - from.wall, performance.now() - from.steady);
}
