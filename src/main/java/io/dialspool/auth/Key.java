package io.dialspool.auth;

import io.dialspool.http.ApiError;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One entry of the key file.
 *
 * @param campaigns null for all
 * @param expiresMs from then on it is good for nothing; milliseconds since 1970
 * @param secret null for a bearer token, of which nothing but the hash is known
 */
record Key(
    Caller caller, @Nullable Set<String> campaigns, long expiresMs, @Nullable Secret secret) {

  /** Whether and why the key's owner, once believed, may not do it; null if he may. */
  @Nullable ApiError refusal(Demand demand, long nowMs) {
    Right right = demand.right();
    if (nowMs >= expiresMs) {
      return Refusal.tokenExpired("The key " + caller.name() + " has expired.");
    }
    if (right != null && !caller.rights().contains(right)) {
      return Refusal.denied(
          "The key " + caller.name() + " lacks the right " + right + ", which this call needs.");
    }
    if (campaigns != null
        && (demand.campaign() == null || !campaigns.contains(demand.campaign()))) {
      return Refusal.denied(
          "The key "
              + caller.name()
              + " is for certain campaigns only, and this call is not about one of them.");
    }
    return null;
  }
}
