package org.osteon.trials;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.osteon.protocol.document.Digest;

/**
 * Holds a hub's models and a site's ledger against what the driver saw itself: nothing acknowledged is lost, nothing is
 * counted twice or out of nowhere, and the arrays are what the counted bytes give, in the order and arithmetic of
 * {@code docs/spec/aggregation.md} (float32 arrays, equal weights).
 */
final class RoundJudge {
    private final Map<String, Integer> counted = new HashMap<>();

    /**
     * An entry among a model's inputs.
     *
     * @param site whose
     * @param reply identity of the reply
     * @param update digest of the update
     */
    record Input(String site, String reply, String update) {}

    /**
     * A model version as the hub shows it.
     *
     * @param round the round that made it
     * @param base the arrays it started from, raw
     * @param arrays digest of its arrays
     * @param inputs what was counted, in site order
     * @param rejected sites whose reply was rejected with a reason
     */
    record Model(int round, byte[] base, String arrays, List<Input> inputs, Set<String> rejected) {}

    /**
     * A site's ledger as its officer sees it.
     *
     * @param committed charges with a release
     * @param reserved charges without one
     * @param epsilon what is charged in all
     */
    record Spend(long committed, long reserved, double epsilon) {}

    /** What is wrong with a model; call it once for each round's model. */
    List<String> judge(Model model, List<OwnRecord.Update> seen) {
        List<String> faults = new ArrayList<>();
        Map<String, OwnRecord.Update> byReply = new HashMap<>();
        seen.forEach(update -> byReply.put(update.reply(), update));
        Set<String> inThis = new HashSet<>();
        List<byte[]> parts = new ArrayList<>();
        for (Input input : model.inputs()) {
            OwnRecord.Update sent = byReply.get(input.reply());
            if (!inThis.add(input.site())) {
                faults.add("COUNTED_TWICE: " + input.site() + " in round " + model.round());
            }
            Integer before = counted.putIfAbsent(input.reply(), model.round());
            if (before != null && before != model.round()) {
                faults.add(
                        "COUNTED_TWICE: a reply of " + input.site() + " in rounds " + before + " and " + model.round());
            }
            if (sent == null
                    || !sent.site().equals(input.site())
                    || sent.round() != model.round()
                    || !sent.update().equals(input.update())) {
                faults.add("COUNTED_AND_NOT_SENT: " + input + " in round " + model.round());
            } else {
                parts.add(sent.payload());
            }
        }
        seen.stream()
                .filter(update -> update.acknowledged() && update.round() == model.round())
                .filter(update -> model.inputs().stream()
                        .noneMatch(input -> input.reply().equals(update.reply())
                                && input.update().equals(update.update())))
                .filter(update -> !model.rejected().contains(update.site()))
                .forEach(update -> faults.add("ACKNOWLEDGED_AND_LOST: " + update.update() + " of " + update.site()
                        + " in round " + model.round()));
        if (!model.inputs().stream()
                .map(Input::site)
                .sorted()
                .toList()
                .equals(model.inputs().stream().map(Input::site).toList())) {
            faults.add("NOT_IN_SITE_ORDER: " + model.inputs());
        }
        if (faults.isEmpty() && !Digest.of(mean(model.base(), parts)).hex().equals(model.arrays())) {
            faults.add("OTHER_ARRAYS: round " + model.round() + " is not the mean of its inputs");
        }
        return faults;
    }

    /**
     * What is wrong with a ledger.
     *
     * @param updates distinct updates of the site that went over the wire
     * @param asked distinct instructions the site was given
     * @param unanswered how many of them were reserved for and got no update
     * @param charge ε of a number of charges
     */
    static List<String> judge(
            Spend spend, long updates, long asked, long unanswered, java.util.function.LongToDoubleFunction charge) {
        List<String> faults = new ArrayList<>();
        if (spend.committed() != updates) {
            faults.add("SPEND: " + spend.committed() + " charges are committed, " + updates
                    + " distinct updates were sent");
        }
        if (spend.reserved() != unanswered) {
            faults.add("SPEND: " + spend.reserved() + " reservations have no release, " + unanswered + " were cut off");
        }
        if (spend.committed() + spend.reserved() > asked) {
            faults.add("SPEND: more charges than the " + asked + " instructions");
        }
        double expected = charge.applyAsDouble(updates + unanswered);
        if (Math.abs(spend.epsilon() - expected) > 1e-9) {
            faults.add("SPEND: epsilon " + spend.epsilon() + ", the charges make " + expected);
        }
        return faults;
    }

    /** base + Σ uᵢ / n; sum and quotient in double, in the given order, one rounding to float32. */
    static byte[] mean(byte[] base, List<byte[]> parts) {
        ByteBuffer out = ByteBuffer.allocate(base.length).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer start = ByteBuffer.wrap(base).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < base.length; at += Float.BYTES) {
            double sum = 0;
            for (byte[] part : parts) {
                sum += ByteBuffer.wrap(part).order(ByteOrder.LITTLE_ENDIAN).getFloat(at);
            }
            out.putFloat(at, (float) (start.getFloat(at) + sum / parts.size()));
        }
        return out.array();
    }

    /** Updates of a site, each once. */
    static long distinct(List<OwnRecord.Update> seen, String site) {
        return seen.stream()
                .filter(update -> update.site().equals(site))
                .map(OwnRecord.Update::update)
                .sorted(Comparator.naturalOrder())
                .distinct()
                .count();
    }
}
