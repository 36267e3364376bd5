package org.osteon.adapters.dicom.phantom;

import java.util.Random;

/** Draws a 12-bit X-ray of shapes: bright bone on grey soft tissue on black air, with grain. */
final class PhantomImage {
    static final int ROWS = 96;
    static final int COLUMNS = 80;
    static final int BITS = 12;
    private static final int AIR = 120;
    private static final int TISSUE = 1100;
    private static final int BONE = 3000;
    private static final double GRAIN = 40;

    private PhantomImage() {}

    /** Samples by row, 0 to 4095. */
    static int[] draw(String bodyPart, Random random) {
        double size = 0.9 + 0.2 * random.nextDouble();
        double shift = 0.06 * (random.nextDouble() - 0.5);
        int[] samples = new int[ROWS * COLUMNS];
        for (int i = 0; i < samples.length; i++) {
            double x = ((i % COLUMNS + 0.5) / COLUMNS - 0.5 - shift) * 2 / size;
            double y = ((i / COLUMNS + 0.5) / ROWS - 0.5) * 2 / size;
            int level = bone(bodyPart, x, y) ? BONE : x * x + y * y / 2.5 < 0.7 ? TISSUE : AIR;
            double grey = level + GRAIN * random.nextGaussian();
            samples[i] = (int) Math.max(0, Math.min((1 << BITS) - 1, grey));
        }
        return samples;
    }

    private static boolean bone(String bodyPart, double x, double y) {
        return switch (bodyPart) {
            case "HIP" ->
                ellipse(x + 0.15, y + 0.3, 0.24, 0.22) || box(x - 0.12, y - 0.4, 0.12, 0.55) || ring(x + 0.3, y + 0.45);
            case "SPINE" ->
                Math.abs(x - 0.08 * Math.sin(2.5 * y)) < 0.2 && Math.floorMod((int) Math.floor(y * 20), 5) != 0;
            default ->
                box(x, y + 0.55, 0.16, 0.45)
                        || ellipse(x, y + 0.14, 0.3, 0.1)
                        || ellipse(x, y - 0.14, 0.3, 0.08)
                        || box(x - 0.03, y - 0.6, 0.14, 0.45);
        };
    }

    private static boolean ellipse(double x, double y, double a, double b) {
        return x * x / (a * a) + y * y / (b * b) < 1;
    }

    private static boolean box(double x, double y, double halfWidth, double halfHeight) {
        return Math.abs(x) < halfWidth && Math.abs(y) < halfHeight;
    }

    private static boolean ring(double x, double y) {
        double r = Math.hypot(x, y);
        return r > 0.4 && r < 0.5;
    }
}
