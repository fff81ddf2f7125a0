import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { certificateKeys, type CertificateKey } from '../../../../shared/model/xks.ts';
import { type ConfirmOptions, confirmedIfNeeded } from '../interactive.ts';
import { requireNewFile, unusableFile, writeNewFile } from '../new-file.ts';
import { styleFor } from '../render/moments.ts';
import { certificateText } from '../render/xks-audit.ts';
import { ArgumentForField, OptionForField } from '../typed-names.ts';
import type { Run } from './noun.ts';

interface RequestOptions extends ConfirmOptions {
  readonly host?: string;
  readonly keyType: CertificateKey;
  readonly out?: string;
}

/** `xks certificate show|request|import` */
export function addCertificateVerbs(noun: Command, run: Run): void {
  noun
    .command('show')
    .description('show the certificate of proxies, and the request for one')
    .action(() =>
      run(async (context) => {
        const session = await context.opened();
        const output = await session.call('xks.certificate', {});
        context.show(output, (shown) => certificateText(shown, styleFor(context.screen)));
      }),
    );
  noun
    .command('request')
    .description('make a key and the request for its certificate; the key stays on this computer')
    .option('--host <name>', 'instead of the endpoint of the stores')
    .addOption(
      new OptionForField('--key-type <type>', 'of the key', 'key')
        .choices(certificateKeys)
        .default('P-256'),
    )
    .option('--out <file>', 'write the request there instead of printing it')
    .option('--yes', 'give up a request that is on its way')
    .action((options: RequestOptions) =>
      run(async (context) => {
        if (options.out !== undefined) requireNewFile(options.out);
        const session = await context.opened();
        const asked = { host: options.host ?? null, key: options.keyType };
        const question = 'A request is on its way: it is given up, with its key. Make another?';
        const output = await confirmedIfNeeded(context, options, question, (confirm) =>
          session.call('xks.requestCertificate', { ...asked, confirm }),
        );
        const csr = output.pending?.csr ?? '';
        if (options.out === undefined) {
          context.show(output, () => csr.trimEnd());
          return;
        }
        writeNewFile(options.out, csr);
        context.show(output, () => `✓ Request for ${output.pending?.host} in ${options.out}.`);
      }),
    );
  noun
    .command('import')
    .addArgument(
      new ArgumentForField(
        '<file>',
        'PEM: the certificate that was issued, then its chain',
        'chain',
        'certificate',
      ),
    )
    .description('take the certificate that was issued; proxies show it within a second or two')
    .option('--yes', 'also from an authority that is not public')
    .action((file: string, options: ConfirmOptions) =>
      run(async (context) => {
        const session = await context.opened();
        const chain = read(file);
        const question =
          'No public authority issued it, and AWS refuses it. Serve it all the same?';
        const output = await confirmedIfNeeded(context, options, question, (confirm) =>
          session.call('xks.importCertificate', { chain, confirm }),
        );
        context.show(output, (shown) => certificateText(shown, styleFor(context.screen)));
      }),
    );
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw unusableFile(file, error);
  }
}
