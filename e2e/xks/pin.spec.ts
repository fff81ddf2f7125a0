import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { findSoftHsm } from '../../electron/core/hsm/soft-token.ts';
import { OwnProxy } from './own-proxy.ts';

describe.skipIf(findSoftHsm() === null)('the PIN of an XKS proxy', () => {
  let own: OwnProxy;
  afterEach(() => own.remove());

  const stop = async (): Promise<void> => {
    own.signal('SIGTERM');
    await own.ended();
  };

  it('is tried once where the token refuses it, however often the proxy starts', async () => {
    own = await OwnProxy.prepare();
    writeFileSync(own.at('pin'), 'not the PIN');
    const begun: string[] = [];
    for (let starts = 0; starts < 2; starts += 1) {
      own.log = '';
      await own.run();
      await expect.poll(async () => (await own.ask('status')).health.problem).toContain('PIN');
      begun.push(own.log);
      await stop();
    }
    expect(begun[0]).toContain('"event":"xks.login.refused","code":"HSM_PIN_REFUSED"');
    expect(begun[1]).toContain('"event":"xks.login.not-tried"');
    expect(begun[1]).not.toContain('xks.login.refused');
    expect(readFileSync(own.at('state/refused-pin'), 'utf8')).not.toContain('not the PIN');
  });

  it('is not tried where that cannot be noted before', async () => {
    own = await OwnProxy.prepare();
    const pin = readFileSync(own.at('pin'));
    writeFileSync(own.at('pin'), 'not the PIN');
    mkdirSync(own.at('state/.refused-pin.new'));
    await own.run();
    await expect
      .poll(() => own.log)
      .toContain('"event":"xks.login.not-noted","code":"ERR_FS_EISDIR"');
    expect((await own.ask('status')).health.status).toBe('UNAVAILABLE');
    expect(own.log).not.toContain('xks.login.refused');
    await stop();
    rmdirSync(own.at('state/.refused-pin.new'));
    writeFileSync(own.at('pin'), pin);
    await own.run();
    const kms = own.kms();
    expect((await kms.encrypt(own.keys.both)).status).toBe(200);
    kms.close();
    expect(existsSync(own.at('state/refused-pin'))).toBe(false);
  });
});
