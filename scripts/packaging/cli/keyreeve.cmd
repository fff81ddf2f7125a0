@echo off
rem The packaged command line, on the Node that came with it; see keyreeve.sh.
setlocal EnableExtensions DisableDelayedExpansion
set "root=%~dp0.."
call :same "%root%\runtime\node.exe" @node@ || exit /b 70
call :same "%root%\app\start.mjs" @start@ || exit /b 70
for %%n in (NODE_OPTIONS NODE_PATH NODE_EXTRA_CA_CERTS NODE_TLS_REJECT_UNAUTHORIZED NODE_USE_ENV_PROXY NODE_USE_SYSTEM_CA SSL_CERT_FILE SSL_CERT_DIR) do set "%%n="
"%root%\runtime\node.exe" --disable-sigusr1 --max-semi-space-size=8 "%root%\app\start.mjs" %*
exit /b %ERRORLEVEL%

:same
for /f "skip=1 delims=" %%s in ('%SystemRoot%\System32\certutil.exe -hashfile "%~1" SHA512 2^>nul') do (
  if /i "%%s"=="%~2" exit /b 0
  goto :differs
)
:differs
echo keyreeve: %~1 is not the file that was packaged, so nothing was started. 1>&2
echo Install the package again. If that does not help, find out who changed it. 1>&2
exit /b 1
