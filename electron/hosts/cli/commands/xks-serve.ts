import { existsSync, fstatSync, writeFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { join, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { nodeClock } from '../../../core/kernel/node-clock.ts';
import type { CommandContext } from '../command-context.ts';
import { askingForPin } from '../interactive.ts';
import type { OutputFor } from '../operations.ts';
import { isNodeName, nodeNameRule } from '../../xks/node-name.ts';
import { toldToStop } from '../told-to-stop.ts';
import type { Run } from './noun.ts';

interface ServeOptions {
  readonly node: string;
  readonly host: string;
  readonly port: number;
  readonly probePort?: number;
  readonly certificate?: string;
  readonly privateKey?: string;
  readonly tokenPinFile?: string;
  readonly tokenPinFd?: number;
  readonly softwareKeysForOthers?: boolean;
}

const usualPort = 8443;

/** AWS comes to 443, which a load balancer or the proxy itself listens on; 0 takes a free one. */
function anyPort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('a port is 0 to 65535.');
}

function descriptor(text: string): number {
  const number = Number(text);
  if (!/^\d{1,3}$/.test(text) || number < 3)
    throw new InvalidArgumentError('a descriptor is a number from 3 on.');
  if (isOpened(number)) return number;
  throw new InvalidArgumentError(`nobody opened descriptor ${number} for this command.`);
}

/** A file, pipe, socket or terminal; what this program opened for itself is none of them. */
function isOpened(number: number): boolean {
  try {
    const found = fstatSync(number);
    return found.isFile() || found.isFIFO() || found.isSocket() || found.isCharacterDevice();
  } catch {
    return false;
  }
}

function ipv4(text: string): string {
  if (isIPv4(text)) return text;
  throw new InvalidArgumentError('an IPv4 address is needed: AWS reaches no other.');
}

/** It names a folder, too. */
function nodeName(text: string): string {
  if (isNodeName(text)) return text;
  throw new InvalidArgumentError(`a name is ${nodeNameRule}.`);
}

/** `xks serve`: publishes, closes the keystore, and runs the proxy until it is told to stop. */
export function addServe(noun: Command, run: Run): void {
  noun
    .command('serve')
    .description('run the XKS proxy on this computer over what this keystore serves')
    .option('--node <name>', 'how this copy is called', nodeName, 'one')
    .option('--host <address>', 'IPv4 address to listen on', ipv4, '127.0.0.1')
    .option('--port <n>', 'port to listen on', anyPort, usualPort)
    .option('--probe-port <n>', 'plain HTTP for load balancers and Prometheus', anyPort)
    .option(
      '--certificate <file>',
      'PEM: the whole chain (absent: the imported one; practice: one made here)',
    )
    .option('--private-key <file>', 'PEM')
    .option('--token-pin-file <file>', 'holds the PIN of the token; a practice token needs none')
    .option('--token-pin-fd <n>', 'file descriptor that gives the PIN of the token', descriptor)
    .option('--software-keys-for-others', 'serve keys that no hardware protects to others: I know')
    .action((options: ServeOptions) => run((context) => serve(context, options)));
}

async function serve(context: CommandContext, options: ServeOptions): Promise<number> {
  const session = await context.opened();
  const prepared = await askingForPin(context, session, () => session.call('xks.prepareProxy', {}));
  // from here on the proxy stands alone: whoever holds the keystore may lock it or go
  await context.end();
  const { servingConfiguration } = await import('../../xks/serving-configuration.ts');
  const { inheritedPin, ProxyDidNotStart, ProxyProcess } = await import(
    '../../xks/proxy-process.ts'
  );
  const stop = toldToStop();
  const input = servingConfiguration(prepared, {
    node: options.node,
    listen: { host: options.host, port: options.port },
    probe: options.probePort === undefined ? null : { host: options.host, port: options.probePort },
    ...(await certificateOf(prepared, options)),
    pinFile: pinOf(options, inheritedPin),
    softwareKeysForOthers: options.softwareKeysForOthers === true,
  });
  try {
    const onLog = (text: string): void => void process.stderr.write(text);
    const proxy = await ProxyProcess.start(input, onLog, undefined, options.tokenPinFd ?? null);
    const { port, probePort } = proxy;
    const ready = { ready: true, node: options.node, port, probePort, pid: proxy.pid };
    context.show(ready, () => `XKS proxy ready on ${options.host}:${port}, process ${proxy.pid}`);
    const code = await Promise.race([proxy.ended(), stop.told.then(() => null)]);
    await proxy.stop();
    return code ?? 0;
  } catch (error) {
    if (!(error instanceof ProxyDidNotStart)) throw error;
    // Ctrl+C reaches the proxy too, which is gone before it can say that it listens
    if (stop.isTold()) return 0;
    throw new OperationError('XKS_PROXY_NOT_STARTED', {
      node: options.node,
      problem: error.message,
    });
  }
}

function pinOf({ tokenPinFd, tokenPinFile }: ServeOptions, inherited: string): string | null {
  if (tokenPinFd === undefined) return tokenPinFile === undefined ? null : resolve(tokenPinFile);
  if (tokenPinFile === undefined) return inherited;
  const problem = 'name a file or a descriptor, one of the two';
  throw new OperationError('BAD_INPUT', { field: '--token-pin-fd', problem });
}

const twentyDays = 20 * 24 * 60 * 60_000;

/** A practice proxy makes a certificate for localhost, once; a real one is given what AWS trusts. */
async function certificateOf(
  { folder, realm, certificate: imported }: OutputFor<'xks.prepareProxy'>,
  options: ServeOptions,
): Promise<{ certificate: string; privateKey: string }> {
  const { certificate, privateKey } = options;
  if (certificate !== undefined && privateKey !== undefined)
    return { certificate: resolve(certificate), privateKey: resolve(privateKey) };
  if (imported !== null && certificate === undefined && privateKey === undefined) return imported;
  if (realm === 'real' || certificate !== undefined || privateKey !== undefined) {
    const problem = 'name a certificate and its private key';
    throw new OperationError('BAD_INPUT', { field: 'certificate', problem });
  }
  const files = {
    certificate: join(folder, 'localhost.pem'),
    privateKey: join(folder, 'localhost.key'),
  };
  if (!existsSync(files.certificate)) {
    const { selfSigned } = await import('../../xks/self-signed.ts');
    const made = selfSigned('localhost', nodeClock.now(), twentyDays);
    writeFileSync(files.privateKey, made.privateKey, { mode: 0o600 });
    writeFileSync(files.certificate, made.certificate, { mode: 0o600 });
  }
  return files;
}
