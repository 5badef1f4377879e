#!/bin/sh
# The five-minute tour of tour.md, as a new user would take it: builds (unless the jar is there), serves, sends leads, looks at everything, and leaves nothing behind.
# usage, from the top of the repository: src/docs/tour.sh
# TOUR_JAR: another jar; TOUR_WORK: a directory that is kept, with all that was said (its dashboard is up until the script ends).
set -eu
jar=${TOUR_JAR:-target/dialspool.jar}
work=${TOUR_WORK:-$(mktemp -d)}
pids=
end() {
  for pid in $pids; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  [ -n "${TOUR_WORK:-}" ] || rm -rf "$work"
}
trap end EXIT
mkdir -p "$work"

say() { printf '\n# %s\n' "$*"; }
fail() {
  echo "the tour ends here: $*" >&2
  cat "$work/serve.err" >&2 2>/dev/null || true
  exit 1
}
# expect TEXT COMMAND...: runs it, shows it and what it says, which must hold TEXT
expect() {
  text=$1
  shift
  echo "\$ $*"
  "$@" >"$work/said" 2>&1 || { cat "$work/said"; fail "$*"; }
  cat "$work/said"
  [ -z "$text" ] || grep -q -e "$text" "$work/said" || fail "$* didn't say: $text"
}
# await SECONDS TEXT COMMAND...: the same, again and again until it says TEXT
await() {
  left=$1
  text=$2
  shift 2
  until "$@" >"$work/said" 2>&1 && grep -q -e "$text" "$work/said"; do
    left=$((left - 1))
    [ "$left" -gt 0 ] || { cat "$work/said"; fail "$* never said: $text"; }
    sleep 1
  done
  echo "\$ $*"
  cat "$work/said"
}
dialspool() { java -jar "$jar" "$@"; }

if [ ! -f "$jar" ]; then
  say "Build"
  mvn -q -DskipTests package
fi

say "Serve: a data port, a management port, and a campaign service that plays Amazon Connect"
cat >"$work/dialspool.yaml" <<YAML
intake: {port: 0}
management: {port: 0}
campaignService: {port: 0, directory: $work/campaign-service}
spool: {directory: $work/spool}
YAML
expect "" dialspool config check --config "$work/dialspool.yaml"
java -jar "$jar" serve --config "$work/dialspool.yaml" >"$work/serve.out" 2>"$work/serve.err" &
pids="$pids $!"
await 60 "^ready" cat "$work/serve.out"
endpoint=$(sed 's/.*intake=\([^ ]*\).*/\1/' "$work/serve.out")
management=$(sed 's/.*management=\([^ ]*\).*/\1/' "$work/serve.out")

say "A campaign, which isn't started yet"
campaign=$(curl -sS -X PUT "$endpoint/campaigns" -H 'Content-Type: application/json' -d '{"name":"tour","connectInstanceId":"i-1",
  "dialerConfig":{"progressiveDialerConfig":{"bandwidthAllocation":1.0}},
  "outboundCallConfig":{"connectContactFlowId":"f-1","connectQueueId":"q-1"}}' | sed 's/.*"id":"\([^"]*\)".*/\1/')
echo "$campaign"

say "One lead; sent twice it is still one"
expect successfulRequests sh src/docs/examples/curl.sh "$endpoint" "$campaign" ann-1 +12065550100
expect successfulRequests sh src/docs/examples/curl.sh "$endpoint" "$campaign" ann-1 +12065550100
expect '"accepted":1,' curl -sS -w '\n' "$endpoint/campaigns/$campaign/spool"

say "A file of leads, a bad one among them"
{
  echo "clientToken,phoneNumber,first_name"
  i=0
  while [ $i -lt 200 ]; do
    printf 'row-%03d,+1206555%04d,Ann\n' $i $((1000 + i))
    i=$((i + 1))
  done
  echo "row-bad,not-a-number,Ann"
} >"$work/leads.csv"
echo "\$ dialspool replay leads.csv --campaign $campaign"
dialspool replay "$work/leads.csv" --campaign "$campaign" --endpoint "$endpoint" --rejects "$work/rejects.csv" --json \
  >"$work/said" 2>&1 || [ $? -eq 1 ] || fail replay # 1: some rows were refused
cat "$work/said"
grep -q '"accepted":200' "$work/said" || fail "replay took another number"
expect 202,phoneNumber cat "$work/rejects.csv"

say "Why doesn't it leave?"
expect "not started" dialspool why ann-1 --campaign "$campaign" --endpoint "$endpoint"

say "One is taken back before it is sent; then the campaign starts"
expect CANCELLED curl -sS -w '\n' -X DELETE "$endpoint/campaigns/$campaign/dial-requests/row-007"
expect "" curl -sS --fail -X POST "$endpoint/campaigns/$campaign/start"
await 60 '"submitted":200,' curl -sS -w '\n' "$endpoint/campaigns/$campaign/spool"
expect '200 submitted' dialspool status --endpoint "$endpoint"

say "What became of them"
expect SUBMITTED dialspool why ann-1 --campaign "$campaign" --endpoint "$endpoint"
expect '"lines":3' dialspool outcomes --campaign "$campaign" --limit 3 --json --endpoint "$endpoint"
expect '"conserved":true' curl -sS "$endpoint/spool"

say "For those who watch: $management in a browser, and for programs"
expect '<title>Dialspool' curl -sS "$management/"
# What the page is fed with, once a second; curl ends by its time limit.
expect 'event: *picture' sh -c "curl -sSN --max-time 4 $management/dashboard/live | cut -c1-160 || true"
expect '"status":"ok"' curl -sS "$management/health/ready"
expect 'state="submitted"} 200' sh -c "curl -sS $management/metrics | grep ^dialspool_requests"
say "The tour is over"
