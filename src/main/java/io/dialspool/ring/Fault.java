package io.dialspool.ring;

/**
 * Why one item can't be accepted. Never holds a phone number or an attribute.
 *
 * @param member the member at fault, as the API spells it
 * @param reason what is wrong with it and what was expected: {@code too long (expected: at most 200
 *     characters)}
 */
public record Fault(String member, String reason) {}
