"""Puts a dial request with boto3 and reads what became of it.

usage: boto3_example.py ENDPOINT CAMPAIGN CLIENT_TOKEN PHONE_NUMBER
Credentials as always; without a key file at the service any will do.
"""
import datetime
import json
import sys
import urllib.request

import boto3
from botocore.config import Config

endpoint, campaign, token, number = sys.argv[1:5]
campaigns = boto3.client(
    "connectcampaigns", endpoint_url=endpoint, config=Config(retries={"mode": "standard", "max_attempts": 5})
)
answer = campaigns.put_dial_request_batch(
    id=campaign,
    dialRequests=[  # 25 at most
        {
            "clientToken": token,  # the same token again is the same request, however often it is sent
            "phoneNumber": number,
            "expirationTime": datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=4),
            "attributes": {"first_name": "Ann"},
        }
    ],
)
for failed in answer["failedRequests"]:
    print(failed["clientToken"], failed["failureCode"])
for taken in answer["successfulRequests"]:
    print(taken["clientToken"], taken["id"])

with urllib.request.urlopen(f"{endpoint}/campaigns/{campaign}/dial-requests/{token}") as status:  # boto3 has no such call
    print(json.load(status)["state"])
