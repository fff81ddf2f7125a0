; Puts the folder of the command line into everybody's PATH and takes it out again. Not with NSIS's own
; strings: those are cut at 8192 characters, and with them somebody's PATH.
!macro customInstall
  nsExec::ExecToLog '"$SYSDIR\WindowsPowerShell\v1.0\powershell.exe" -NoProfile -NonInteractive -ExecutionPolicy Bypass -File "$INSTDIR\resources\cli\bin\path.ps1" add'
  Pop $0
  ${If} $0 != 0
    DetailPrint "The command keyreeve was not put into PATH ($0). It is $INSTDIR\resources\cli\bin\keyreeve.cmd."
  ${EndIf}
!macroend

!macro customUnInstall
  nsExec::ExecToLog '"$SYSDIR\WindowsPowerShell\v1.0\powershell.exe" -NoProfile -NonInteractive -ExecutionPolicy Bypass -File "$INSTDIR\resources\cli\bin\path.ps1" remove'
  Pop $0
!macroend
