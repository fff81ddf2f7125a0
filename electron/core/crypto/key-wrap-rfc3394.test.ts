import { expect, it } from 'vitest';
import { kwWrap } from './key-wrap-rfc3394.ts';

// RFC 3394, section 4.6: 256 bits of key data with a 256-bit KEK
const kek = Buffer.from('000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F', 'hex');
const key = Buffer.from('00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F', 'hex');
const wrapped = Buffer.from(
  '28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21',
  'hex',
);

it('answers the example of RFC 3394 section 4.6', () => {
  expect(kwWrap(kek, key)).toEqual(wrapped);
});

it('refuses other lengths', () => {
  for (const length of [0, 8, 20, 33]) {
    expect(() => kwWrap(kek, Buffer.alloc(length))).toThrow(RangeError);
  }
});
