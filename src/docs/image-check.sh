#!/bin/sh
# Looks into a container image that `mvn -DskipTests package jib:buildTar` wrote, without Docker: entrypoint, user, ports, volume.
# Then unpacks its layers and runs what is in them with this machine's JVM: a service that takes its configuration, gets ready and leaves with 0.
# usage: src/docs/image-check.sh target/dialspool-image.tar
set -eu
image=$1
work=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$work"' EXIT

python3 - "$work" "$image" <<'PYTHON'
import json, pathlib, sys, tarfile
work = pathlib.Path(sys.argv[1])
with tarfile.open(sys.argv[2]) as image:
    image.extractall(work / "image")
manifest = json.loads((work / "image/manifest.json").read_text())[0]
config = json.loads((work / "image" / manifest["Config"]).read_text())["config"]
print("entrypoint", *config["Entrypoint"], *config.get("Cmd", []))
print("user", config["User"], "ports", *config["ExposedPorts"], "volumes", *config["Volumes"])
assert config["Entrypoint"][0] == "java" and config["Entrypoint"][-1] == "io.dialspool.Main", config["Entrypoint"]
assert config["Cmd"] == ["serve", "--config", "/etc/dialspool/container.yaml"], config["Cmd"]
assert config["User"] == "10001:10001", "it must not run as root"
assert set(config["ExposedPorts"]) == {"8025/tcp", "8026/tcp"}, config["ExposedPorts"]
assert set(config["Volumes"]) == {"/var/lib/dialspool"}, config["Volumes"]
for layer in manifest["Layers"]:
    with tarfile.open(work / "image" / layer) as files:
        files.extractall(work / "root")
PYTHON

root=$work/root
run() {
  java -cp "$root/app/resources:$root/app/classes:$root/app/libs/*" io.dialspool.Main "$@"
}
# As it is, it must not open its door to everybody.
if run config check --config "$root/etc/dialspool/container.yaml" >"$work/refused" 2>&1; then
  echo "it would listen on the network without TLS and keys" >&2
  exit 1
fi
grep -q openToTheNetwork "$work/refused"

java -cp "$root/app/resources:$root/app/classes:$root/app/libs/*" io.dialspool.Main serve --config "$root/etc/dialspool/container.yaml" \
  --set doors.openToTheNetwork=true --set intake.port=0 --set management.port=0 --set campaignService.port=0 \
  --set "spool.directory=$work/spool" --set "campaignService.directory=$work/service" >"$work/out" 2>"$work/err" &
pid=$!
tries=0
until grep -q '^ready ' "$work/out"; do
  tries=$((tries + 1))
  if [ $tries -gt 120 ] || ! kill -0 "$pid" 2>/dev/null; then
    cat "$work/err" >&2
    exit 1
  fi
  sleep 0.5
done
cat "$work/out"
kill -TERM "$pid"
wait "$pid"
pid=
echo "the image is fine"
