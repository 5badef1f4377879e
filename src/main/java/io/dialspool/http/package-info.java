/** What the HTTP ports share: the server, its limits, JSON errors in the contract's form. */
@NullMarked
package io.dialspool.http;

import org.jspecify.annotations.NullMarked;
