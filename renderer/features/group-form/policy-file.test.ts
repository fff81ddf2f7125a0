import { describe, expect, it } from 'vitest';
import { mostPolicyBytes, readPolicyFile } from './policy-file.ts';

const file = (bytes: Uint8Array<ArrayBuffer>, name = 'policy.json') => new File([bytes], name);
const text = (said: string) => file(new TextEncoder().encode(said));

describe('a policy file', () => {
  it('is read as text, without a byte order mark', async () => {
    expect(await readPolicyFile(text('\u{feff}{"Statement":[]}'))).toEqual({
      ok: true,
      text: '{"Statement":[]}',
    });
  });

  it('is read up to 32 KiB and not a byte further', async () => {
    const most = file(new Uint8Array(mostPolicyBytes).fill(32));
    expect((await readPolicyFile(most)).ok).toBe(true);
    expect(await readPolicyFile(file(new Uint8Array(mostPolicyBytes + 1)))).toEqual({
      ok: false,
      problem: 'policy.json was not imported: it has 33 KiB, and AWS takes 32 KiB.',
    });
  });

  it('is refused when it is no text', async () => {
    const read = await readPolicyFile(file(Uint8Array.of(0xff, 0xfe, 0x00)));
    expect(read).toMatchObject({ ok: false, problem: expect.stringContaining('not a text') });
  });

  it('is refused when it cannot be read', async () => {
    const gone = { name: 'gone.json', size: 2, arrayBuffer: () => Promise.reject(new Error('x')) };
    expect(await readPolicyFile(gone)).toMatchObject({ ok: false });
  });
});
