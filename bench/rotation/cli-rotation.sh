#!/bin/sh
# The alternative at the shell: one rotation with the AWS CLI and openssl. Keeps nothing, checks
# nothing. Usage: cli-rotation.sh ENDPOINT ALIAS, with the credential in AWS's usual variables.
set -eu
endpoint=$1
alias=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
kms() { aws --endpoint-url "$endpoint" --region eu-west-1 --output text kms "$@"; }

key=$(kms create-key --origin EXTERNAL --query KeyMetadata.KeyId)
openssl rand -out "$work/material" 32
kms get-parameters-for-import --key-id "$key" --wrapping-algorithm RSAES_OAEP_SHA_1 \
  --wrapping-key-spec RSA_4096 --query '[PublicKey,ImportToken]' >"$work/parameters"
cut -f1 "$work/parameters" | base64 -d >"$work/public.der"
cut -f2 "$work/parameters" | base64 -d >"$work/token"
openssl pkeyutl -encrypt -in "$work/material" -out "$work/wrapped" -pubin -inkey "$work/public.der" \
  -keyform DER -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha1
kms import-key-material --key-id "$key" --import-token "fileb://$work/token" \
  --encrypted-key-material "fileb://$work/wrapped" \
  --expiration-model KEY_MATERIAL_DOES_NOT_EXPIRE >"$work/imported"
kms describe-key --key-id "$key" --query KeyMetadata.KeyState
kms update-alias --alias-name "alias/$alias" --target-key-id "$key" 2>/dev/null ||
  kms create-alias --alias-name "alias/$alias" --target-key-id "$key"
