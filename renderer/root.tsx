import { ThemeProvider, useColorScheme } from '@mui/material/styles';
import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useEffect } from 'react';
import { type Host, HostProvider } from './state/host.tsx';
import { useLook } from './state/look.ts';
import { Contained } from './ui/contained.tsx';
import { theme } from './ui/theme.ts';

/** Everything a window needs around it. Tests give it a link of their own. */
export function Root({
  host,
  reads,
  children,
}: {
  readonly host: Host;
  readonly reads: QueryClient;
  readonly children: ReactNode;
}) {
  return (
    <ThemeProvider theme={theme} defaultMode="system" storageManager={null} noSsr>
      <QueryClientProvider client={reads}>
        <HostProvider value={host}>
          <ChosenLook />
          <Contained>{children}</Contained>
        </HostProvider>
      </QueryClientProvider>
    </ThemeProvider>
  );
}

function ChosenLook() {
  const look = useLook((state) => state.look);
  const { setMode } = useColorScheme();
  useEffect(() => setMode(look), [look, setMode]);
  return null;
}
