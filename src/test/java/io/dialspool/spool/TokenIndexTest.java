package io.dialspool.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.request.CampaignId;
import io.dialspool.ring.Verdict;
import io.dialspool.store.MemoryStore;
import io.dialspool.store.OrderedStore;
import io.dialspool.store.StoreException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TokenIndexTest {
  private static final CampaignId SPRING = new CampaignId("spring");
  private static final int TABLE_ITEMS = 4;

  private final MemoryStore store = new MemoryStore();
  private final TokenTable group = new TokenTable();
  private TokenIndex index = started();

  @Test
  void shouldFindATokenOnEveryStepOfItsWay() {
    add(1, 1, 2, 3);
    assertEquals(1, sequence(2));
    add(1, 4);
    assertEquals(1, sequence(2)); // full
    assertEquals(4, index.runOnce());
    assertEquals(4, store.ingested());
    assertEquals(1, sequence(2)); // in both
    assertEquals(4, index.runOnce());
    assertEquals(1, sequence(2)); // in the store alone
    assertEquals(4, index.runOnce()); // takes stock
    assertEquals(0, index.runOnce());
    assertEquals(1, sequence(2));
    assertNull(index.known(5, 5));
    assertFalse(index.isDue());
  }

  @Test
  void shouldEndItsStocktakingAlsoWhereAPieceEndsWithTheLastToken() {
    add(1, 1, 2, 3, 4);
    add(2, 5, 6, 7, 8);
    finish();
    index = started();
    finish(); // two pieces of four
    assertFalse(index.isDue());
    assertEquals(2, sequence(8));
    assertNull(index.known(9, 9));
  }

  @Test
  void shouldReadTheLogBackAtAStart() {
    add(1, 1, 2, 3, 4);
    add(2, 5);
    index = started();
    for (long token = 1; token <= 5; token++) {
      assertEquals(token == 5 ? 2 : 1, sequence(token));
    }
    assertTrue(index.isDue());
  }

  @Test
  void shouldKeepNothingInTheLogOnceItIsInTheStore() {
    add(1, 1, 2, 3, 4);
    finish();
    store.scan(
        Keys.TOKENLOG,
        Keys.commit(0),
        Keys.commit(Long.MAX_VALUE),
        (key, tokens) -> {
          throw new AssertionError("left in the log");
        });
  }

  @Test
  void shouldLeadToTheNewerRequestUnderOneToken() {
    add(1, 1, 2, 3, 4);
    add(9, 2);
    finish();
    assertEquals(9, sequence(2));
    add(10, 5, 6, 7);
    finish();
    index = started();
    finish();
    assertEquals(9, sequence(2));
  }

  @Test
  void shouldNotDeleteWhatALaterIngestWouldBringBack() {
    add(1, 1);
    assertFalse(letGo(1, 1));
    assertTrue(index.isDue());
    finish();
    assertTrue(letGo(1, 1));
    assertNull(index.known(1, 1));
    add(2, 2, 3, 4, 5);
    finish();
    index = started();
    finish();
    assertNull(index.known(1, 1));
  }

  @Test
  void shouldKeepATokenThatAnotherRequestBearsByNow() {
    add(1, 1);
    add(2, 1);
    assertTrue(letGo(1, 1));
    assertEquals(2, sequence(1));
    finish();
    assertTrue(letGo(1, 1));
    assertEquals(2, sequence(1));
  }

  @Test
  void shouldWaitWhileOneTableIsFullAndTheOtherOnItsWay() {
    var waited = new ArrayList<Integer>();
    index.runBeside(
        () -> {},
        () -> {
          waited.add(index.runOnce());
        },
        () -> {});
    add(1, 1, 2, 3, 4);
    add(2, 5, 6, 7, 8);
    assertEquals(List.of(), waited);
    add(3, 9);
    assertEquals(List.of(4, 4), waited);
  }

  @Test
  void shouldTakeItsTimeOnlyWhileTheNextTableIsFarFromFull() {
    int[] breaths = {0};
    index.runBeside(() -> {}, () -> {}, () -> breaths[0]++);
    add(1, 1, 2, 3, 4);
    assertEquals(4, index.runOnce());
    assertTrue(breaths[0] > 0);
    assertEquals(4, index.runOnce());
    add(2, 5, 6, 7, 8);
    add(3, 9, 10);
    breaths[0] = 0;
    assertEquals(4, index.runOnce());
    assertEquals(0, breaths[0], "half a table is full already");
  }

  @Test
  void shouldNameALogThatIsDamaged() {
    add(1, 1);
    try (OrderedStore.Batch batch = store.newBatch()) {
      batch.put(Keys.TOKENLOG, Keys.commit(1), new byte[43]);
      store.write(batch, true);
    }
    StoreException e = assertThrows(StoreException.class, this::started);
    assertEquals("the log of tokens is damaged at commit 1", e.getMessage());
  }

  @Test
  void shouldAgreeWithAMapWhateverHappensInWhichOrder() {
    for (int seed = 0; seed < 300; seed++) {
      var random = new SplittableRandom(seed);
      var disk = new MemoryStore();
      var tokens = new HashMap<Long, Long>();
      var at = new TokenIndex(disk, 1 + random.nextInt(20));
      for (long step = 1; step <= 120; step++) {
        int kind = random.nextInt(10);
        if (kind < 5) {
          group.clear();
          for (int i = random.nextInt(6); i >= 0; i--) {
            long token = random.nextInt(200);
            // A put brings a token only if nobody has it, a redrive leads one elsewhere.
            if (random.nextInt(5) == 0 || !tokens.containsKey(token)) {
              group.put(token * 7919, token, 1, step, token, 0);
              tokens.put(token, step);
            }
          }
          commit(at, disk);
        } else if (kind < 8) {
          at.runOnce();
        } else if (kind == 8) {
          long token = random.nextInt(200);
          Long sequence = tokens.get(token);
          if (sequence != null && letGo(at, disk, token * 7919, token, sequence)) {
            tokens.remove(token);
          }
        } else {
          at = new TokenIndex(disk, 1 + random.nextInt(20));
          at.restore();
        }
        check(at, tokens, seed);
      }
    }
  }

  private static void check(TokenIndex at, Map<Long, Long> tokens, int seed) {
    for (long token = 0; token < 200; token++) {
      TokenEntry entry = at.known(token * 7919, token);
      assertEquals(tokens.get(token), entry == null ? null : entry.sequence(), "seed " + seed);
      TokenEntry found = at.find(key(token * 7919, token));
      assertEquals(entry, found);
    }
  }

  // --- over the spool

  @Test
  void shouldTakeOverASpoolWhoseTokensAreAllInTheirSpace() {
    var before = new Spooling(store); // brings all of them into the store
    before.take(SPRING, Lead.of("old", 3_600_000));
    try (OrderedStore.Batch batch = store.newBatch()) {
      batch.put(Keys.META, Keys.text("format"), new byte[] {1});
      store.write(batch, true);
    }
    var after = new Spooling(store);
    assertEquals(Verdict.DUPLICATE, after.take(SPRING, Lead.of("old", 3_600_000)).get(0).verdict());
    assertEquals(2, Objects.requireNonNull(store.get(Keys.META, Keys.text("format")))[0]);
  }

  @Test
  void shouldCheckTokensThatAreStillInTheLog() {
    Spool spool = Spool.open(store, campaign -> Spooling.TARGET);
    new Spooling(spool).take(SPRING, Lead.of("a", 3_600_000), Lead.of("b", 3_600_000));
    var faults = new ArrayList<SpoolFault>();
    new SpoolCheck(store, faults::add, seen -> {}).run();
    assertEquals(List.of(), faults);
    assertNotNull(store.get(Keys.TOKENLOG, Keys.commit(1)));
  }

  // --- helpers

  private TokenIndex started() {
    var fresh = new TokenIndex(store, TABLE_ITEMS);
    fresh.restore();
    return fresh;
  }

  private void add(long sequence, long... tokens) {
    group.clear();
    for (long token : tokens) {
      group.put(token, token, 1, sequence, token, 0);
    }
    commit(index, store);
  }

  private void commit(TokenIndex into, MemoryStore disk) {
    try (OrderedStore.Batch batch = disk.newBatch()) {
      into.log(group, batch);
      disk.write(batch, true);
    }
    into.add(group);
  }

  private void finish() {
    int turns = 0;
    while (index.runOnce() > 0) {
      assertTrue(++turns < 100);
    }
  }

  private long sequence(long token) {
    TokenEntry entry = index.known(token, token);
    assertNotNull(entry);
    assertEquals(entry, index.find(key(token, token)));
    return entry.sequence();
  }

  private boolean letGo(long token, long sequence) {
    return letGo(index, store, token, token, sequence);
  }

  private static boolean letGo(
      TokenIndex at, MemoryStore disk, long high, long low, long sequence) {
    try (OrderedStore.Batch batch = disk.newBatch()) {
      boolean gone = at.letGo(key(high, low), sequence, batch);
      disk.write(batch, false);
      return gone;
    }
  }

  private static byte[] key(long high, long low) {
    return ByteBuffer.allocate(16).putLong(high).putLong(low).array();
  }
}
