import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { FrameError, isRecord } from './frames.ts';

/**
 * Both sides prove that they can read the token, without sending it: each answers the other's
 * random challenge under a label of its own, so that no answer can be mirrored back.
 */
const protocol = 'keyreeve-socket-1';
const nonceBytes = 32;

export const newNonce = (): Buffer => randomBytes(nonceBytes);

function proof(token: Uint8Array, side: 'listener' | 'caller', nonces: Nonces): Buffer {
  return createHmac('sha256', token)
    .update(`${protocol} ${side}\0`)
    .update(nonces.caller)
    .update(nonces.listener)
    .digest();
}

interface Nonces {
  readonly caller: Uint8Array;
  readonly listener: Uint8Array;
}

export const greeting = (caller: Uint8Array): unknown => ({ protocol, nonce: caller });

/** The caller's challenge, out of its first frame. */
export function readGreeting(message: unknown): Uint8Array {
  if (!isRecord(message) || message['protocol'] !== protocol) throw new FrameError('greeting');
  return bytesOf(message['nonce'], nonceBytes);
}

/** What the listener answers: its own challenge, and its proof for the caller's. */
export const challenge = (token: Uint8Array, nonces: Nonces): unknown => ({
  nonce: nonces.listener,
  proof: proof(token, 'listener', nonces),
});

/** Checks the listener's proof and gives back its challenge. */
export function readChallenge(message: unknown, token: Uint8Array, caller: Uint8Array): Uint8Array {
  if (!isRecord(message)) throw new FrameError('challenge');
  const listener = bytesOf(message['nonce'], nonceBytes);
  if (!same(bytesOf(message['proof'], 32), proof(token, 'listener', { caller, listener }))) {
    throw new FrameError('the listener could not prove that it knows the token');
  }
  return listener;
}

export const answer = (token: Uint8Array, nonces: Nonces): unknown => ({
  proof: proof(token, 'caller', nonces),
});

/** True when the caller proved that it knows the token. */
export function answerHolds(message: unknown, token: Uint8Array, nonces: Nonces): boolean {
  if (!isRecord(message)) return false;
  return same(bytesOf(message['proof'], 32), proof(token, 'caller', nonces));
}

function bytesOf(value: unknown, length: number): Uint8Array {
  if (!(value instanceof Uint8Array) || value.length !== length) throw new FrameError('handshake');
  return value;
}

const same = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && timingSafeEqual(a, b);
