#!/bin/sh
# Runs every example against a service of its own, and says which could not run because a tool is missing.
# usage, from the top of the repository, after mvn -DskipTests package: src/docs/examples/all.sh
# Wants Maven's repository for the SDK's jars; npm to fetch the JavaScript SDK, unless it is in ./node_modules.
exec mvn -B -q failsafe:integration-test failsafe:verify -Dit.test=ExamplesIT -Dexamples.all=true
