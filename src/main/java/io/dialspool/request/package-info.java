/** The words of the domain: campaign, dial request, clientToken, states and outcomes. */
@NullMarked
package io.dialspool.request;

import org.jspecify.annotations.NullMarked;
