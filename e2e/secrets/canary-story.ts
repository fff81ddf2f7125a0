import { constants, createPrivateKey, publicEncrypt, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTlsFront, testAuthority } from '../../electron/core/cloud/tls-front.fixture.ts';
import { nodeClock } from '../../electron/core/kernel/node-clock.ts';
import { softHsmModule } from '../../electron/core/hsm/token.fixture.ts';
import { kcvCmac } from '../../electron/core/crypto/cmac.ts';
import { control, rawCall } from '../../electron/practice/kms/testing/raw-client.fixture.ts';
import { type Canaries, newCanaries, newMistyped } from './canaries.ts';
import { CliRun } from './cli-run.ts';
import { Finder } from './finder.ts';
import { keystoreKeys } from './keystore-keys.ts';
import { familyOf, memoryProblem, readMemory } from './process-memory.ts';
import { addressIn, type Program } from './program.ts';
import { RunFolders } from './run-folders.ts';
import { type Spelling, spellings } from './spellings.ts';

const accessKeyId = 'AKIACANARYCANARY0001';
const account = '123456789012';
const open = '--passphrase-file secrets/passphrase';

/** Which secrets stood in memory, and how often. */
export type MemoryHits = Readonly<Record<string, number>>;

/** A search through the memory of the daemon and the processes below it. */
export interface Look {
  readonly core: MemoryHits;
  readonly bridges: MemoryHits;
  readonly processes: number;
}

/** The main job through the command line, alone and beside a daemon, with a canary for each secret. */
export class CanaryStory implements AsyncDisposable {
  readonly folders = new RunFolders('canary');
  readonly cli = new CliRun(this.folders);
  readonly canaries: Canaries = newCanaries();
  /** Typed by a person in the wrong place: it stands in the arguments of the commands refusing it. */
  readonly mistyped = newMistyped();
  /** What the practice STS minted. */
  readonly minted = new Map<string, string>();
  /** Private keys of client certificates, as bytes: the number, and a line of the PEM that it is in. */
  readonly clientKeys = new Map<string, Buffer>();
  /** Keys that another system has in clear, and wraps. */
  readonly brought = new Map<string, Buffer>();
  readonly looks = new Map<string, Look>();
  memoryProblem: string | null = null;
  journal = '';
  readonly #kms: Program;
  #daemon: Program | null = null;
  #url = '';
  #keys: ReadonlyMap<string, Buffer> = new Map();

  constructor() {
    for (const [name, text] of Object.entries(this.canaries)) this.cli.secret(name, text);
    const secret = this.canaries['secret-key'];
    const header = 'Access key ID,Secret access key';
    this.cli.secret('good.csv', `${header}\r\n${accessKeyId},${secret}\r\n`);
    this.cli.secret('swapped.csv', `${header}\r\n${secret},${accessKeyId}\r\n`);
    this.cli.secret('no-header.csv', `${accessKeyId},${secret}\r\n`);
    this.cli.secret('open-quote.csv', `${header}\r\n"${accessKeyId},${secret}\r\n`);
    this.cli.secret('columns.csv', `${header},${secret}\r\n${accessKeyId},x,y\r\n`);
    // It plays AWS, which knows what it checks signatures with: its arguments hold the secret.
    const ports = `--port 0 --control-port 0 --parent-pid ${process.pid} --wrapping-key-reuse 1000000`;
    const known = `--account ${account}:${accessKeyId}:${secret}`;
    this.#kms = this.cli.start('kms', `practice-kms ${ports} ${known} --request-log out/requests`);
  }

  get kmsPid(): number {
    return this.#kms.pid;
  }

  /** Every canary and what was minted, in all spellings. */
  secrets(): Map<string, Spelling[]> {
    const all = [...Object.entries(this.canaries), ...this.minted];
    return new Map([
      ...all.map(([name, text]) => [name, spellings(Buffer.from(text))] as const),
      ...[...this.clientKeys, ...this.brought].map(
        ([name, bytes]) => [name, spellings(bytes)] as const,
      ),
    ]);
  }

  async play(): Promise<void> {
    const { url, controlUrl } = addressIn(await this.#kms.ready());
    this.#url = url;
    await this.#alone();
    await this.#beside();
    this.journal = JSON.stringify(await control(controlUrl, 'GET /journal?since=0'));
  }

  /** Each command opens the keystore, acts, and closes it. */
  async #alone(): Promise<void> {
    const { cli } = this;
    await cli.do(`keystore create --practice --backup-place backups ${open}`);
    await cli.refused('folder list --passphrase-file secrets/wrong-passphrase');
    const token = `--module ${softHsmModule} --label canary --initialize-token --create-master`;
    const pins = '--pin-file secrets/pin --so-pin-file secrets/so-pin';
    await cli.do(`hsm attach ${token} ${pins} ${open}`);
    await cli.do(`credential import long --csv secrets/good.csv --endpoint ${this.#url} ${open}`);
    await cli.do(`group add pay --credential long --region eu-west-1 --storage hsm ${open}`);
    await cli.do(`--verbose group force-rotate pay ${open} --pin-file secrets/pin`);
  }

  /** A process holds the keystore open; commands work through it. */
  async #beside(): Promise<void> {
    const { cli } = this;
    this.#daemon = cli.start('daemon', 'daemon --verbose');
    await this.#daemon.ready();
    this.memoryProblem = memoryProblem(this.#daemon.pid);
    await this.#learnKeys('passphrase');
    await cli.refused('keystore unlock --passphrase-file secrets/wrong-passphrase');
    await this.#look('after a wrong passphrase');
    await cli.do(`keystore unlock ${open}`);
    await cli.refused('hsm login --pin-file secrets/wrong-pin');
    await cli.do('hsm login --confirm-last-try --pin-file secrets/pin');
    await cli.do('group force-rotate pay');
    await cli.do('key synchronize pay/1 --delete-material --confirm pay');
    await cli.do('key synchronize pay/1');
    await this.#mistakes();
    await this.#sessionCredential();
    await this.#clientCertificate();
    await this.#keysFromElsewhere();
    await cli.do(`keystore passphrase ${open} --new-passphrase-file secrets/new-passphrase`);
    await this.#secondPerson('keystore slot add token --kind hsm');
    await this.#learnKeys('new-passphrase');
    const backup = await this.#takeOut();
    await this.#look('unlocked');
    await cli.do('keystore lock');
    await this.#look('after a lock');
    await cli.do('keystore unlock --slot token --pin-file secrets/pin');
    await cli.do('keystore lock');
    await this.#look('after a lock of what the HSM had opened');
    await cli.do(`keystore verify --from ${backup} --passphrase-file secrets/new-passphrase`);
    await this.#look('after a backup was verified');
    await this.#daemon.stop();
  }

  /** A deed that waits for an approver, who first types another passphrase. */
  async #secondPerson(deed: string): Promise<void> {
    const { cli } = this;
    await cli.do('approver add Maria --new-passphrase-file secrets/approver-passphrase');
    await cli.do('approval rule destructive');
    await cli.refused(deed);
    await cli.refused('approval give 1 --approver-passphrase-file secrets/wrong-passphrase');
    await cli.do('approval give 1 --approver-passphrase-file secrets/approver-passphrase');
    await cli.do(deed);
  }

  /** Secrets where they do not belong, and files that are not what they should be. */
  async #mistakes(): Promise<void> {
    const { cli, mistyped } = this;
    for (const csv of ['swapped.csv', 'no-header.csv', 'open-quote.csv', 'columns.csv', 'pin']) {
      await cli.refused(`credential import broken --csv secrets/${csv} --endpoint ${this.#url}`);
    }
    await cli.refused(`keystore status --passphrase ${mistyped}`);
    await cli.refused(`keystore status --pasphrase=${mistyped}`);
    await cli.refused(`--json group list --secret-access-key=${mistyped}`);
    await cli.refused(mistyped);
    await cli.refused(`group ${mistyped}`);
    await cli.refused(`group list ${mistyped}`);
    await cli.refused(`group show ${mistyped}`);
    await cli.refused(`--json key show ${mistyped}`);
    await cli.refused(`group list --limit ${mistyped}`);
    await cli.refused(`group remove ${mistyped} --yes`);
    await cli.refused(`--json credential remove ${mistyped} --yes`);
    await cli.refused(`credential import broken --profile ${mistyped} --access-key-id ${mistyped}`);
    await cli.refused(`hsm attach --module ${mistyped} --pin-file secrets/pin`);
    const typed = `--access-key-id ${accessKeyId} --endpoint ${this.#url}`;
    await cli.do(`credential import wrong ${typed} --secret-file secrets/wrong-secret-key`);
    await cli.refused('credential test wrong');
  }

  /** A session of the practice STS, typed by hand. */
  async #sessionCredential(): Promise<void> {
    const role = encodeURIComponent(`arn:aws:iam::${account}:role/custodian`);
    const body = `Action=AssumeRole&Version=2011-06-15&RoleArn=${role}&RoleSessionName=canary`;
    const { text } = await rawCall(this.#url, 'AssumeRole', body, {
      service: 'sts',
      region: 'us-east-1',
      contentType: 'application/x-www-form-urlencoded',
      credentials: { accessKeyId, secretAccessKey: this.canaries['secret-key'] },
    });
    const part = (name: string): string =>
      new RegExp(`<${name}>([^<]+)</${name}>`).exec(text)?.[1] ?? '';
    this.minted.set('session-secret-key', part('SecretAccessKey'));
    this.minted.set('session-token', part('SessionToken'));
    for (const [name, value] of this.minted) this.cli.secret(name, value);
    const typed = `--access-key-id ${part('AccessKeyId')} --endpoint ${this.#url}`;
    const files =
      '--secret-file secrets/session-secret-key --session-token-file secrets/session-token';
    await this.cli.do(`credential import session ${typed} ${files}`);
    await this.cli.do('credential test session');
  }

  /** A gateway that asks for a client certificate, whose key comes plain, and then under a passphrase. */
  async #clientCertificate(): Promise<void> {
    const { cli } = this;
    const house = testAuthority('House CA', nodeClock.now());
    const server = house.issue('gateway', { names: ['localhost'] });
    const front = await startTlsFront(this.#url, {
      cert: server.pem,
      key: server.keyPem,
      ca: house.pem,
      requestCert: true,
      rejectUnauthorized: true,
    });
    cli.secret('house-ca.pem', house.pem);
    const passphrase = this.canaries['key-passphrase'];
    for (const name of ['plain', 'locked']) {
      const { pem, keyPem, privateKey } = house.issue(name);
      const { d = '' } = privateKey.export({ format: 'jwk' });
      this.clientKeys.set(`${name} client key`, Buffer.from(d, 'base64url'));
      this.clientKeys.set(`${name} client key, PEM`, Buffer.from(keyPem.split('\n')[2] ?? ''));
      const options = { format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase } as const;
      const locked = String(createPrivateKey(keyPem).export(options));
      cli.secret(`${name}.pem`, pem);
      cli.secret(`${name}.key`, name === 'plain' ? keyPem : locked);
    }
    const typed = `--access-key-id ${accessKeyId} --secret-file secrets/secret-key`;
    await cli.do(`credential import gateway ${typed} --endpoint ${front.url}`);
    const trust = 'gateway --ca secrets/house-ca.pem --trust-ca';
    const shown = (cert: string, key: string) =>
      `--client-certificate secrets/${cert} --client-key secrets/${key}`;
    await cli.do(`credential tls set ${trust} ${shown('plain.pem', 'plain.key')}`);
    await cli.do('credential test gateway');
    const word = '--client-key-passphrase-file secrets/key-passphrase';
    const wrong = '--client-key-passphrase-file secrets/wrong-pin';
    const locked = shown('locked.pem', 'locked.key');
    await cli.refused(`credential tls set ${trust} ${locked} ${wrong}`);
    await cli.refused(`credential tls set ${trust} ${shown('plain.pem', 'locked.key')} ${word}`);
    await cli.refused('credential tls set gateway --ca secrets/plain.key --trust-ca');
    await cli.do(`credential tls set ${trust} ${locked} ${word}`);
    await cli.do('credential test gateway');
    await cli.do('credential tls show gateway --json');
    await front.close();
  }

  /** Keys of another system come in wrapped, one into each vault; others are given in clear, by mistake. */
  async #keysFromElsewhere(): Promise<void> {
    for (const storage of ['hsm', 'software']) {
      const { cli } = this;
      const group = `from-${storage}`;
      await cli.do(`group add ${group} --credential long --region eu-west-1 --storage ${storage}`);
      const out = `out/${storage}.pem`;
      const made = await cli.do(`--json group transport-key make ${group} --out ${out}`);
      const { algorithm } = JSON.parse(made) as { algorithm: string };
      const key = this.#keyOf(`a key brought in, ${storage}`);
      const wrapped = publicEncrypt(
        {
          key: readFileSync(join(this.folders.root, out)),
          padding: constants.RSA_PKCS1_OAEP_PADDING,
          oaepHash: algorithm.endsWith('SHA_256') ? 'sha256' : 'sha1',
        },
        key,
      );
      const clear = this.#keyOf(`a key given in clear, ${storage}`);
      const files = {
        bin: clear,
        hex: clear.toString('hex'),
        base64: clear.toString('base64'),
        wrapped: wrapped.toString('base64'),
      };
      for (const [name, content] of Object.entries(files)) {
        cli.secret(`${storage}.${name}`, content);
        const wrong = name === 'wrapped' ? '000000' : kcvCmac(clear);
        await cli.refused(
          `group bring-in ${group} --file secrets/${storage}.${name} --kcv ${wrong}`,
        );
      }
      const asked = `group bring-in ${group} --file secrets/${storage}.wrapped --kcv ${kcvCmac(key)}`;
      await cli.do(`--json ${asked} --plan`);
      await cli.do(asked);
    }
  }

  #keyOf(name: string): Buffer {
    const key = randomBytes(32);
    this.brought.set(name, key);
    return key;
  }

  /** Everything that a person may carry away; answers where the backup lies. */
  async #takeOut(): Promise<string> {
    const { cli } = this;
    await cli.do('audit export out/audit.jsonl');
    await cli.do('audit show --limit 500 --json');
    await cli.do('credential list --json');
    const { jobs } = JSON.parse(await cli.do('job list --json')) as { jobs: { number: number }[] };
    for (const { number } of jobs) await cli.do(`job show ${number} --json`);
    return (JSON.parse(await cli.do('keystore backup --json')) as { path: string }).path;
  }

  async #learnKeys(name: 'passphrase' | 'new-passphrase'): Promise<void> {
    const keystore = join(this.folders.at('run'), 'a.keystore');
    this.#keys = await keystoreKeys(keystore, this.canaries[name]);
  }

  /**
   * Searches the memory of the daemon for every canary and every key of the keystore. The command
   * before it is answered when the daemon can answer: nothing is waited for otherwise.
   */
  async #look(moment: string): Promise<void> {
    await this.cli.do('keystore status');
    if (this.memoryProblem !== null) return;
    const keys = [...this.#keys].map(([name, key]) => [name, spellings(key)] as const);
    const finder = new Finder(new Map([...this.secrets(), ...keys]));
    const [daemon = -1, ...below] = familyOf(this.#daemon?.pid ?? -1);
    const core = hitsIn([daemon], finder);
    this.looks.set(moment, { core, bridges: hitsIn(below, finder), processes: 1 + below.length });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cli.witness.stop();
    await this.#daemon?.stop('SIGKILL');
    await this.#kms.stop();
    this.folders[Symbol.dispose]();
  }
}

function hitsIn(pids: readonly number[], finder: Finder): MemoryHits {
  const hits: Record<string, number> = {};
  for (const pid of pids) {
    readMemory(pid, finder.overlap, (piece) => {
      for (const { secret } of finder.find(piece)) hits[secret] = (hits[secret] ?? 0) + 1;
    });
  }
  return hits;
}
