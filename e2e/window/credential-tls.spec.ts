import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  startTlsFront,
  testAuthority,
  type TlsFront,
} from '../../electron/core/cloud/tls-front.fixture.ts';
import { nodeClock } from '../../electron/core/kernel/node-clock.ts';
import { OutsideAws, practiceRoot } from '../support/outside-aws.ts';
import { openWindow, windowHere, type WindowStage } from '../support/window-stage.ts';
import { leaveDialogs } from '../support/leave-dialogs.ts';
import { inScheme, schemes } from './accessible.ts';
import { AdministrationPage } from './administration-page.ts';
import { faultsOf } from './every-look.ts';
import { usualAuthorities } from '../../shared/text/tls.ts';
import { picture } from './pictures/camera.ts';

const house = testAuthority('House CA', nodeClock.now());
const server = house.issue('gateway', { names: ['kms.example.test'] });
const client = house.issue('console');

/** KEYREEVE_LOOK=folder keeps what is shown, in light and in dark. */
const lookFolder = process.env['KEYREEVE_LOOK'];

describe.skipIf(!windowHere)('TLS of a credential', () => {
  let aws: OutsideAws;
  let front: TlsFront;
  let stage: WindowStage;
  let on: AdministrationPage;

  beforeAll(async () => {
    aws = await OutsideAws.start();
    front = await startTlsFront(aws.url, {
      cert: server.pem,
      key: server.keyPem,
      ca: house.pem,
      requestCert: true,
      rejectUnauthorized: true,
    });
    stage = await openWindow({ keystore: 'practice' });
    on = new AdministrationPage(stage);
    await stage.call('credential.import', {
      kind: 'keys',
      name: 'gateway-kms',
      accessKeyId: practiceRoot.accessKeyId,
      secretAccessKey: Uint8Array.from(Buffer.from(practiceRoot.secretAccessKey)),
      endpoint: front.url,
    });
    await on.go('Credentials');
    const grid = on.page.getByRole('grid', { name: 'Credentials' });
    await grid.getByRole('row', { name: /gateway-kms/ }).click();
  });
  afterAll(async () => {
    await stage?.stop();
    await front?.close();
    await aws?.[Symbol.asyncDispose]();
  });
  afterEach(async () => {
    await leaveDialogs(on.page);
  });

  const detail = () => on.section('Credential gateway-kms');
  const open = () => on.button('TLS…').click();
  const file = (name: string, text: string) => ({
    name,
    mimeType: 'application/x-pem-file',
    buffer: Buffer.from(text),
  });
  const choose = (label: RegExp, name: string, text: string) =>
    on.dialog.getByLabel(label).setInputFiles(file(name, text));
  const agree = (text: RegExp) => on.dialog.getByRole('checkbox', { name: text }).check();
  const save = async (): Promise<void> => {
    await on.inDialog('Save');
    await on.dialog.waitFor({ state: 'detached' });
  };
  const kept = async () => (await stage.call('credential.tls', { credential: 'gateway-kms' })).tls;
  /** The failure of a test is shown with what to do and Node's own name for it. */
  const failsBy = async (headline: string, name: string): Promise<void> => {
    await detail().getByRole('button', { name: 'Test connection' }).click();
    await detail().getByText(headline).waitFor();
    await detail().getByText(name, { exact: false }).first().waitFor();
  };
  const look = async (name: string): Promise<void> => {
    expect(await faultsOf(on.page, name)).toEqual([]);
    if (lookFolder === undefined) return;
    mkdirSync(lookFolder, { recursive: true });
    for (const scheme of schemes) {
      await inScheme(on.page, scheme);
      await on.page.screenshot({ path: join(lookFolder, `${name}.${scheme}.png`) });
    }
    await inScheme(on.page, 'light');
  };

  it('begins with Amazon’s authorities, which did not issue what a gateway shows', async () => {
    await detail().getByText(usualAuthorities).waitFor();
    await failsBy(
      'No trusted authority issued the certificate shown as that of AWS.',
      'SELF_SIGNED_CERT_IN_CHAIN',
    );
    const state = on.page.getByRole('gridcell', { name: /Not Connected$/ });
    expect(await state.evaluate((at) => at.scrollWidth - at.clientWidth)).toBe(0);
    await look('refused');
    await open();
    await look('default');
    const saves = on.dialog.getByRole('button', { name: 'Save' });
    expect(await saves.isDisabled()).toBe(true);
  });

  it('says why a certificate is no authority, before anything is kept', async () => {
    await open();
    await on.dialog.getByRole('radio', { name: /^Custom CA/ }).check();
    await on.dialog.getByLabel('Custom CA certificate', { exact: true }).last().fill(server.pem);
    await on.dialog.getByText(/is no certificate authority/).waitFor();
    await look('no-authority');
    const field = on.dialog.getByLabel('Custom CA certificate', { exact: true }).last();
    await field.fill(house.keyPem);
    await on.dialog.getByText(/^That holds a private key, and was not taken/).waitFor();
    expect(await field.inputValue()).toBe(server.pem);
    expect(await kept()).toBeNull();
  });

  it('shows an authority by its fingerprint, and keeps it on somebody’s word', async () => {
    await open();
    await on.dialog.getByRole('radio', { name: /^Custom CA/ }).check();
    await choose(/^File: Custom CA/, 'house-ca.pem', house.pem);
    await on.dialog.getByText(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/).waitFor();
    await look('custom');
    await picture(on.page, 'credential-tls');
    const saves = on.dialog.getByRole('button', { name: 'Save' });
    expect(await saves.isDisabled()).toBe(true);
    await agree(/^I trust whoever holds/);
    await save();
    await detail().getByText('Custom CA: House CA').waitFor();
    expect(await detail().getByRole('alert').count()).toBe(0);
    await failsBy(
      'The certificate shown as that of AWS is for another host.',
      'ERR_TLS_CERT_ALTNAME_INVALID',
    );
  });

  it('leaves the host unchecked on another word, and shows a client certificate', async () => {
    await open();
    await on.dialog.getByRole('checkbox', { name: /^Validate host/ }).uncheck();
    await agree(/^I trust whoever holds/);
    await agree(/^The host name is not checked/);
    await save();
    await detail().getByText('! The host name is not checked.').waitFor();
    await failsBy(
      'The server broke off TLS: it did not accept this computer.',
      'CERTIFICATE_REQUIRED',
    );

    await open();
    await on.dialog.getByRole('radio', { name: 'Show a client certificate' }).check();
    await choose(/^File: Client certificate/, 'console.pem', client.pem);
    await choose(/^File: private key/, 'other.key', house.keyPem);
    await agree(/^I trust whoever holds/);
    await agree(/^The host name is not checked/);
    await on.inDialog('Save');
    await on.dialog.getByText(/does not belong to the client certificate/).waitFor();
    await look('client');
    await choose(/^File: private key/, 'console.key', client.keyPem);
    await save();
    await detail()
      .getByText(/client certificate: console/)
      .waitFor();
    await detail().getByRole('button', { name: 'Test connection' }).click();
    await detail().getByText('Connected', { exact: false }).first().waitFor();
    await on.bottom.getByText(/gateway-kms is connected/).waitFor();
    expect(front.shown.at(-1)).toBe('console');
    await look('connected');
  });

  it('keeps the client certificate while the authority changes, and gives both up', async () => {
    await open();
    await expect
      .poll(() => on.dialog.getByRole('radio', { name: 'Keep console' }).isChecked())
      .toBe(true);
    await on.dialog.getByRole('checkbox', { name: /^Validate host/ }).check();
    await agree(/^I trust whoever holds/);
    await save();
    await expect.poll(async () => (await kept())?.validateHost).toBe(true);
    expect((await kept())?.client?.certificates[0]?.subject).toBe('console');
    await open();
    await on.dialog.getByRole('radio', { name: /^Global root CAs/ }).check();
    await save();
    await detail().getByText(usualAuthorities).waitFor();
    expect(await kept()).toBeNull();
  });
});
