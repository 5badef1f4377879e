/**
 * The package list is the data flow; a stage imports earlier stages and the packages below the
 * line.
 *
 * <pre>
 * intake ▸ validate ▸ spool ▸ lane ▸ dispatch ▸ reconcile
 * ------------------------------------------------------------
 * request  story  audit  api  auth  target  ring  store  http  config  time  metrics
 * ------------------------------------------------------------
 * campaignservice  outcomes  webhooks  dashboard  replay  rehearsal  bench  simulation  crashtest  preflight  cli
 * </pre>
 *
 * {@code Dialspool} wires the parts; {@code Main} starts them.
 */
@NullMarked
package io.dialspool;

import org.jspecify.annotations.NullMarked;
