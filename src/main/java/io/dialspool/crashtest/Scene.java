package io.dialspool.crashtest;

import io.dialspool.time.Clock;
import java.nio.file.Path;

/** What every sender needs. */
record Scene(
    Door data, Campaigns campaigns, Leads leads, Ledger ledger, Clock clock, Path directory) {}
