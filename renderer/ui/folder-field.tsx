import { useHost } from '../state/host.tsx';
import { PathField, type PathFieldProps } from './path-field.tsx';

export { isAbsolutePath } from './path-field.tsx';

/** A folder on the computer that runs Keyreeve. */
export function FolderField(props: PathFieldProps) {
  const { host } = useHost().link;
  return (
    <PathField {...props} chooseLabel="Choose folder…" choose={host?.chooseFolder?.bind(host)} />
  );
}
