import TextField from '@mui/material/TextField';
import { useId, useState } from 'react';
import type { TransportKeyView } from '../../../shared/contract/bring-in.ts';
import { useBlocked } from '../../state/blocked.ts';
import { ChooseFile } from '../../ui/choose-file.tsx';
import { CommandLine } from '../../ui/command-line.tsx';
import { DeedButton } from '../../ui/deed-button.tsx';
import { Ident } from '../../ui/ident.tsx';
import { Moment } from '../../ui/moment.tsx';
import { SaveText } from '../../ui/save-text.tsx';
import { PaneFacts } from '../key-groups/pane-parts.tsx';
import styles from './bring-in.module.css';
import { GiveUpDialog } from './give-up-dialog.tsx';
import { type IncomingFile, readIncomingFile } from './incoming-file.ts';

const algorithms: Readonly<Record<TransportKeyView['algorithm'], string>> = {
  RSAES_OAEP_SHA_256: 'RSA-OAEP with SHA-256',
  RSAES_OAEP_SHA_1: 'RSA-OAEP with SHA-1',
};

/** The public half that goes to the other system: how it is known there, and what is done with it. */
export function TransportKey({
  group,
  of,
  disabled,
}: {
  readonly group: string;
  readonly of: TransportKeyView;
  readonly disabled: boolean;
}) {
  const { pem, sha256, algorithm, carries, keyBytes, commands, endsAt } = of;
  const blocked = useBlocked();
  const [asked, setAsked] = useState(false);
  return (
    <section aria-label="To the other system" className={styles['part']}>
      <h3>1. To the other system: the transport key</h3>
      <PaneFacts
        facts={[
          [
            'SHA-256',
            <Ident key="f" value={sha256} what="fingerprint of the transport key" short={false} />,
          ],
          ['Wraps', `the ${keyBytes} bytes of one ${carries} key, by ${algorithms[algorithm]}`],
          [
            'Open until',
            <span key="u">
              <Moment at={endsAt} />, or until it was used
            </span>,
          ],
        ]}
      />
      <div className={styles['line']}>
        <SaveText
          name="transport.pem"
          what="transport key"
          form="PEM"
          type="application/x-pem-file"
          text={() => pem}
        />
        <DeedButton blocked={blocked} disabled={disabled} onClick={() => setAsked(true)}>
          Give it up…
        </DeedButton>
      </div>
      {asked ? <GiveUpDialog group={group} of={of} onClose={() => setAsked(false)} /> : null}
      <details>
        <summary>What is done there, with OpenSSL</summary>
        <ol className={styles['lines']}>
          {commands.map(({ does, line }) => (
            <li key={does}>
              <div>{does}</div>
              <CommandLine command={line} />
            </li>
          ))}
        </ol>
      </details>
    </section>
  );
}

/** The wrapped key that came back, and the KCV by which it is known to be the right one. */
export function IncomingFields({
  transport: { kcv: method },
  file,
  kcv,
  disabled,
  onFile,
  onKcv,
  onKcvWhole,
}: {
  readonly transport: TransportKeyView;
  readonly file: IncomingFile | null;
  readonly kcv: string;
  readonly disabled: boolean;
  readonly onFile: (file: IncomingFile | null) => void;
  readonly onKcv: (typed: string) => void;
  /** The person says that nothing follows; null when nothing can. */
  readonly onKcvWhole: (() => void) | null;
}) {
  const [problem, setProblem] = useState<string | null>(null);
  const id = useId();
  const take = async (chosen: File): Promise<void> => {
    const read = await readIncomingFile(chosen);
    setProblem(read.ok ? null : read.problem);
    onFile(read.ok ? read.incoming : null);
  };
  return (
    <section aria-label="Back from it" className={styles['part']}>
      <h3>2. Back from it: the wrapped key</h3>
      <div className={styles['line']}>
        <ChooseFile
          label="File with the wrapped key"
          disabled={disabled}
          onFile={(chosen) => void take(chosen)}
        >
          Choose file…
        </ChooseFile>
        <span className={file === null ? 'quiet' : ''}>
          {file?.name ?? 'What the other system wrote: its bytes, or base64 of them.'}
        </span>
      </div>
      {problem === null ? null : (
        <p role="alert" className="tone-attention">
          ! {problem}
        </p>
      )}
      <TextField
        id={`${id}-kcv`}
        label="KCV that the other system shows"
        className={styles['kcv'] ?? ''}
        value={kcv}
        disabled={disabled}
        helperText={`${method}; at least its first 6 digits`}
        slotProps={{
          htmlInput: { spellCheck: false, autoComplete: 'off', className: 'mono', maxLength: 32 },
        }}
        onChange={(event) => onKcv(event.target.value)}
        onBlur={() => onKcvWhole?.()}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || onKcvWhole === null) return;
          // Of what nobody has seen the plan yet, nothing is started.
          event.preventDefault();
          onKcvWhole();
        }}
      />
    </section>
  );
}
