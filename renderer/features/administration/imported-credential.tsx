import Button from '@mui/material/Button';
import { useDialogs } from '../../state/dialogs.ts';
import { useRead } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Facts } from '../../ui/screen.tsx';
import { StateWord } from '../../ui/state-word.tsx';
import { connectionWords, type Credential, withoutTls } from './credential-words.ts';
import { useConnectionTest } from './use-connection-test.ts';
import { isolate } from '../../../shared/text/isolate.ts';

/** Right after the import: who is it? A test binds groups to its account. */
export function ImportedCredential({
  credential,
  close,
}: {
  readonly credential: Credential;
  readonly close: () => void;
}) {
  const test = useConnectionTest([], { whileShown: true });
  const show = useDialogs((state) => state.show);
  const list = useRead('credential.list', {});
  const now = list.data?.credentials.find(({ id }) => id === credential.id) ?? credential;
  const failure = test.failureOf(credential.id);
  const connected = now.connection === 'Connected';
  return (
    <DialogFrame
      title={`${isolate(credential.name)} is imported`}
      width="small"
      onClose={close}
      onSubmit={() => (connected ? close() : void test.run(credential))}
      deeds={
        <>
          {withoutTls(credential) === null ? (
            <Button
              disabled={test.busy}
              onClick={() => show({ kind: 'credential-tls', credential: credential.id })}
            >
              TLS…
            </Button>
          ) : null}
          <LeaveButton>{connected ? 'Close' : 'Close, test later'}</LeaveButton>
          {connected ? null : (
            <DeedButton type="submit" variant="contained" disabled={test.busy} autoFocus unmarked>
              {test.busy ? 'Asking AWS…' : 'Test connection'}
            </DeedButton>
          )}
        </>
      }
    >
      <p role="status">
        <StateWord state={connectionWords[now.connection]} />
      </p>
      {connected ? (
        <Facts
          facts={[
            ['Account', <code key="account">{now.account ?? 'not told'}</code>],
            ['Principal', <code key="arn">{now.principalArn ?? 'not told'}</code>],
          ]}
        />
      ) : (
        <p>The test asks AWS who this is. It changes nothing there and needs no permission.</p>
      )}
      {failure ? <FailureNotice failure={failure} /> : null}
    </DialogFrame>
  );
}
