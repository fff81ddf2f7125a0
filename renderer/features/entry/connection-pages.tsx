import type { LinkState } from '../../client/link.ts';

export function Connecting() {
  return <p role="status">Connecting to the keystore.</p>;
}

export function Refused({
  reason,
}: {
  readonly reason: Extract<LinkState, { kind: 'refused' }>['reason'];
}) {
  return <p role="alert">{reason}</p>;
}
