#!/bin/sh
# Puts a dial request with curl and reads what became of it.
# usage: curl.sh ENDPOINT CAMPAIGN CLIENT_TOKEN PHONE_NUMBER
set -eu
endpoint=$1 campaign=$2 token=$3 number=$4
deadline=$(($(date +%s) + 14400)) # dial within four hours, or not at all

curl -sS --fail-with-body -X PUT "$endpoint/campaigns/$campaign/dial-requests" \
  -H 'Content-Type: application/json' \
  -d "{\"dialRequests\":[{\"clientToken\":\"$token\",\"phoneNumber\":\"$number\",
       \"expirationTime\":$deadline,\"attributes\":{\"first_name\":\"Ann\"}}]}"
echo
curl -sS --fail-with-body "$endpoint/campaigns/$campaign/dial-requests/$token"
echo
