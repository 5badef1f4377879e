// Puts a dial request with the AWS SDK for JavaScript 3 and reads what became of it.
// usage: npm install @aws-sdk/client-connectcampaigns; node javascript.mjs ENDPOINT CAMPAIGN CLIENT_TOKEN PHONE_NUMBER
// Credentials as always; without a key file at the service any will do.
import { ConnectCampaignsClient, PutDialRequestBatchCommand } from "@aws-sdk/client-connectcampaigns";

const [endpoint, campaign, token, number] = process.argv.slice(2);
const campaigns = new ConnectCampaignsClient({ endpoint, maxAttempts: 5 });
const answer = await campaigns.send(
  new PutDialRequestBatchCommand({
    id: campaign,
    dialRequests: [ // 25 at most
      {
        clientToken: token, // the same token again is the same request, however often it is sent
        phoneNumber: number,
        expirationTime: new Date(Date.now() + 4 * 3600 * 1000),
        attributes: { first_name: "Ann" },
      },
    ],
  }),
);
for (const failed of answer.failedRequests) console.log(failed.clientToken, failed.failureCode);
for (const taken of answer.successfulRequests) console.log(taken.clientToken, taken.id);

const status = await fetch(`${endpoint}/campaigns/${campaign}/dial-requests/${token}`); // the SDK has no such call
console.log((await status.json()).state);
