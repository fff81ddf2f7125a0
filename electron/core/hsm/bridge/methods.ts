import { keySpecNames, keySpecs } from '../../../../shared/model/key-specs.ts';
import type { KeyBlob } from '../driver.ts';

/**
 * The calls that go to the bridge, and how long each may take (milliseconds). Reading 2 s, wrapping
 * 5 s, making and finding keys 10 s, writing to the token, logging in and loading the module 30 s. An
 * RSA key has more: {@link deadlineOf}.
 */
export const deadlines = {
  open: 30_000,
  tokens: 30_000,
  initializeToken: 60_000,
  end: 2_000,
  status: 2_000,
  login: 30_000,
  logout: 5_000,
  probe: 120_000,
  findMasters: 10_000,
  createMaster: 30_000,
  tryMaster: 10_000,
  generateKey: 10_000,
  kcvOf: 5_000,
  wrapForAws: 5_000,
  makeTransportKey: 120_000,
  // a new process finds out first what its module can do
  bringIn: 30_000,
  createSlotKey: 30_000,
  sealWithSlotKey: 5_000,
  openWithSlotKey: 5_000,
  installServiceKey: 30_000,
  createServiceKey: 30_000,
  removeServiceKey: 30_000,
  // AWS waits 250 ms: a device that is silent for two seconds is given up and looked for again.
  gcmEncrypt: 2_000,
  gcmDecrypt: 2_000,
  auditPublicKey: 30_000,
  signAudit: 5_000,
  writeAnchor: 30_000,
  readAnchor: 5_000,
} as const;

export type Method = keyof typeof deadlines;

/** Two primes of 2,048 bits took SoftHSM five seconds; a smart card takes a minute. */
const makingRsa = 120_000;
/** A new process makes a shorter one first, to see what becomes of it. */
const sendingRsa = 30_000;

type Asked = Pick<Call, 'method' | 'args'>;

/** How long this call may take, in milliseconds. */
export function deadlineOf({ method, args }: Asked): number {
  if (method === 'generateKey' && isRsa(args[1])) return makingRsa;
  if (method === 'wrapForAws' && isRsa((args[0] as KeyBlob | undefined)?.spec)) return sendingRsa;
  return deadlines[method];
}

const isRsa = (spec: unknown): boolean =>
  keySpecNames.some((name) => name === spec && keySpecs[name].family === 'rsa');

/** From here on a call may take long: what was answered before is sent off before it begins. */
const long = 30_000;

export const mayTakeLong = (call: Asked): boolean => deadlineOf(call) >= long;

export interface Call {
  readonly seq: number;
  readonly method: Method;
  readonly args: readonly unknown[];
}

/**
 * One frame to the bridge: all calls of one turn of the event loop, in order. `packed` holds them as
 * one byte string (packed.ts); then `calls` is empty.
 */
export interface CallFrame {
  readonly calls: readonly Call[];
  readonly packed?: Uint8Array;
}
