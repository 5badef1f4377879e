/** The embedded Amazon Connect side; knows nothing of the spool. */
@NullMarked
package io.dialspool.campaignservice;

import org.jspecify.annotations.NullMarked;
