/**
 * Who may come in, at every port: SigV4 and bearer credentials, judged against a file of keys with
 * rights before a request reaches its door. Source: contract section 6 and section 4's last table.
 */
@NullMarked
package io.dialspool.auth;

import org.jspecify.annotations.NullMarked;
