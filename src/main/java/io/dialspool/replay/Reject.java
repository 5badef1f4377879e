package io.dialspool.replay;

/**
 * Why a row was rejected.
 *
 * @param member what is at fault; empty for the row as a whole
 * @param reason never holds a phone number or an attribute
 */
public record Reject(String member, String reason) {}
