# Adds this folder to everybody's PATH, or removes it. What is written there with %NAMES% stays so.
param([Parameter(Mandatory)][ValidateSet('add', 'remove')][string]$Deed)
$ErrorActionPreference = 'Stop'
$place = 'SYSTEM\CurrentControlSet\Control\Session Manager\Environment'
$key = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey($place, $true)
try {
  $path = [string]$key.GetValue('Path', '', 'DoNotExpandEnvironmentNames')
  $others = @($path.Split(';') | Where-Object { $_ -and $_.TrimEnd('\') -ne $PSScriptRoot.TrimEnd('\') })
  $folders = if ($Deed -eq 'add') { $others + $PSScriptRoot } else { $others }
  $key.SetValue('Path', ($folders -join ';'), 'ExpandString')
} finally {
  $key.Close()
}
# Windows tells every program about a change only when it is made this way.
[Environment]::SetEnvironmentVariable('KEYREEVE_INSTALLED', $null, 'Machine')
