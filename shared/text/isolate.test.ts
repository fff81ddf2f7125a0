import { describe, expect, it } from 'vitest';
import { failureWording, renderFailure } from './failures.ts';
import { isolate, quote } from './isolate.ts';

const hebrew = 'תשלומים-2';
const turned = 'payments\u202Edorp-';

describe('a name in a sentence', () => {
  it('stays as it is where nothing in it turns the text', () => {
    for (const name of ['payments-prod', 'Größe 2', '支払い', '🔑🔑', 'a'.repeat(255)])
      expect(isolate(name)).toBe(name);
    expect(quote('payments-prod')).toBe('“payments-prod”');
  });

  it.each([hebrew, 'دفع', '\u200Fpayments', turned])('keeps %j to itself', (name) => {
    expect(isolate(name)).toBe(`\u2068${name}\u2069`);
    expect(quote(name)).toBe(`“\u2068${name}\u2069”`);
  });

  it('cannot be left by what is in the name', () => {
    expect(isolate('a\u2069\u2069b')).toBe('\u2068ab\u2069');
    expect(isolate('a\u2067b')).toBe('\u2068a\u2067b\u2069\u2069');
    expect(isolate('\u2067a\u2069\u2069b')).toBe('\u2068\u2067a\u2069b\u2069');
  });

  it('keeps the account after a Hebrew group where the failure says it', () => {
    expect(Object.keys(failureWording)).toContain('ACCOUNT_MISMATCH');
    const { forYourKeys } = renderFailure({
      code: 'ACCOUNT_MISMATCH',
      details: { group: hebrew, bound: '111122223333', credential: '444455556666' },
    });
    expect(forYourKeys).toContain(`“\u2068${hebrew}\u2069” is bound to 111122223333`);
  });
});
