package org.osteon.conformance.check;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.osteon.protocol.document.Digest;

/** Tables that pass; a test changes one fact of one. */
final class SampleTables {
    private static final int BINS = 32;

    private SampleTables() {}

    static byte[] phantom() {
        try {
            return Files.readAllBytes(Path.of("..", "sample-data", "conformance", Tables.PHANTOM));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] splits(List<String> sites) {
        StringBuilder table = new StringBuilder("site,split,patient\n");
        for (String site : sites) {
            for (int i = 0; i < 30; i++) {
                table.append(site)
                        .append(i % 3 == 0 ? ",test," : ",train,")
                        .append(hash(site + i))
                        .append('\n');
            }
        }
        return bytes(table);
    }

    static String hash(String patient) {
        return Digest.of(patient.getBytes(StandardCharsets.UTF_8)).hex();
    }

    static byte[] headers() {
        StringBuilder table = new StringBuilder("file,path,vr,value\n");
        for (int file = 1; file <= 3; file++) {
            for (String row : List.of(
                    "00080018,UI,2.25.1" + file,
                    "00080016,UI,1.2.840.10008.5.1.4.1.1.1",
                    "00080060,CS,DX",
                    "00081140,SQ,",
                    "00081140[0].00081155,UI,2.25.7" + file,
                    "00100010,PN,",
                    "00100020,LO,",
                    "00120062,CS,YES",
                    "0020000D,UI,2.25.3" + file)) {
                table.append("IMG").append(file).append(".dcm,").append(row).append('\n');
            }
        }
        return bytes(table);
    }

    /** Two hundred patients of the run's last model, scores as the formula of logistic regression gives them. */
    static byte[] predictions(RunFixture run) {
        ByteBuffer model =
                ByteBuffer.wrap(run.bytes(run.versions.get(2).arrays())).order(ByteOrder.LITTLE_ENDIAN);
        double[] w = {model.getFloat(), model.getFloat(), model.getFloat()};
        Random random = new Random(1);
        StringBuilder table = new StringBuilder("id,model,score,age,bmd\n");
        for (int i = 0; i < 40; i++) {
            double age = 60 + random.nextInt(30);
            double bmd = Math.round(800 + 400 * random.nextDouble()) / 1000.0;
            boolean missing = i % 7 == 0;
            double z = w[0] * ((age - 70) / 10) + (missing ? 0 : w[1] * ((bmd - 1) / 0.1)) + w[2];
            table.append(String.format(
                    Locale.ROOT,
                    "%d,%s,%s,%s,%s%n",
                    i,
                    run.versions.get(2).digest().hex(),
                    1 / (1 + Math.exp(-z)),
                    age,
                    missing ? "" : String.valueOf(bmd)));
        }
        return bytes(table);
    }

    /**
     * Released counts of about 900 patients each way, patients with the outcome scored higher, some noise on each bin.
     */
    static byte[] histograms(int seed) {
        Random random = new Random(seed);
        ByteBuffer out = ByteBuffer.allocate(2 * BINS * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int outcome = 0; outcome < 2; outcome++) {
            for (int bin = 0; bin < BINS; bin++) {
                double centre = outcome == 0 ? 11 : 19;
                double count = 55 * Math.exp(-(bin - centre) * (bin - centre) / (2 * 36));
                out.putLong(Math.round(count + 4 * random.nextGaussian()));
            }
        }
        return out.array();
    }

    /** A table with the first such text replaced in it. */
    static byte[] replaced(byte[] table, String text, String by) {
        String before = new String(table, StandardCharsets.UTF_8);
        int at = before.indexOf(text);
        if (at < 0) {
            throw new IllegalArgumentException("the table has no " + text);
        }
        return (before.substring(0, at) + by + before.substring(at + text.length())).getBytes(StandardCharsets.UTF_8);
    }

    /** The first lines of a table. */
    static byte[] first(byte[] table, int lines) {
        return String.join(
                        "\n",
                        new String(table, StandardCharsets.UTF_8)
                                .lines()
                                .limit(lines)
                                .toList())
                .getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] bytes(StringBuilder table) {
        return table.toString().getBytes(StandardCharsets.UTF_8);
    }
}
