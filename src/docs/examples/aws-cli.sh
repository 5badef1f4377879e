#!/bin/sh
# Puts a dial request with the AWS CLI and reads what became of it.
# usage: aws-cli.sh ENDPOINT CAMPAIGN CLIENT_TOKEN PHONE_NUMBER
# Credentials as always; without a key file at the service any will do.
set -eu
endpoint=$1 campaign=$2 token=$3 number=$4
export AWS_MAX_ATTEMPTS=5 AWS_RETRY_MODE=standard
deadline=$(($(date +%s) + 14400))

aws connectcampaigns put-dial-request-batch --endpoint-url "$endpoint" --id "$campaign" \
  --dial-requests "[{\"clientToken\":\"$token\",\"phoneNumber\":\"$number\",
    \"expirationTime\":$deadline,\"attributes\":{\"first_name\":\"Ann\"}}]"
curl -sS --fail-with-body "$endpoint/campaigns/$campaign/dial-requests/$token" # the AWS CLI has no such call
echo
