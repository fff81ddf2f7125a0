import { expect, it } from 'vitest';
import { mayConnect, peerAccount } from './peer-account.ts';

const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n';
const row = (local: string, remote: string, uid: number): string =>
  `   1: ${local} ${remote} 01 00000000:00000000 00:00000000 00000000 ${uid} 0 1234 1\n`;
const hex = (port: number) => port.toString(16).toUpperCase().padStart(4, '0');
const ends = { theirs: 40_000, ours: 8743 };

it('reads the account of the other end, not of ours', () => {
  const ours = row(`0100007F:${hex(8743)}`, `0100007F:${hex(40_000)}`, 1000);
  const theirs = row(`0100007F:${hex(40_000)}`, `0100007F:${hex(8743)}`, 1001);
  expect(peerAccount(ends, (path) => (path.endsWith('tcp') ? head + ours + theirs : head))).toBe(
    1001,
  );
});

it('finds a client that came by an IPv6 socket', () => {
  const mapped = '0000000000000000FFFF00000100007F';
  const theirs = row(`${mapped}:${hex(40_000)}`, `${mapped}:${hex(8743)}`, 1001);
  expect(peerAccount(ends, (path) => (path.endsWith('tcp6') ? head + theirs : head))).toBe(1001);
});

it('says nothing where the system has no such tables', () => {
  const read = () => {
    throw new Error('ENOENT');
  };
  expect(peerAccount(ends, read)).toBeNull();
});

it('lets nobody in who is gone already', () => {
  expect(mayConnect({ remotePort: undefined, localPort: 8743 })).toBe(false);
});
