import { useHost } from '../state/host.tsx';
import { PathField, type PathFieldProps } from './path-field.tsx';

/** A file on the computer that runs Keyreeve. The first field of what asks for one. */
export function FileField({
  suggestion,
  ...props
}: Omit<PathFieldProps, 'autoFocus'> & {
  /** Name of a file to be written; absent for one that is read. */
  readonly suggestion?: string;
}) {
  const { host } = useHost().link;
  const ask = host?.chooseFileToWrite?.bind(host);
  const choose = suggestion === undefined || !ask ? undefined : () => ask(suggestion);
  return <PathField {...props} autoFocus chooseLabel="Choose…" choose={choose} />;
}
