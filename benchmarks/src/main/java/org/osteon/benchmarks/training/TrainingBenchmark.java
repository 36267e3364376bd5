package org.osteon.benchmarks.training;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.osteon.benchmarks.measure.Benchmark;
import org.osteon.benchmarks.measure.Contest;
import org.osteon.benchmarks.measure.Meter;
import org.osteon.benchmarks.measure.Setting;
import org.osteon.benchmarks.measure.Side;
import org.osteon.learning.NamedArrays;
import org.osteon.learning.TrainingData;
import org.osteon.learning.TrainingInstruction;
import org.osteon.learning.dp.DpSgdTrainer;
import org.osteon.learning.engine.GradientEngine;
import org.osteon.learning.engine.JavaGradientEngine;
import org.osteon.learning.pytorch.PyTorchGradientEngine;
import org.osteon.learning.template.Network;
import org.osteon.protocol.document.InitialModel;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.document.TrainingPlan.DpSgd;

/**
 * One round of patient-level DP-SGD on the MLP template by the site's own trainer, against the same descent without
 * clipping and noise: same engine, rows, sampling of patients, steps and learning rate.
 */
public final class TrainingBenchmark implements Benchmark {
    private static final int INPUTS = 64;
    private static final List<Integer> HIDDEN = List.of(128, 64);
    private static final int CLASSES = 2;
    private static final int PATIENTS = 20_000;
    private static final double TARGET = 0.6;

    @Override
    public String name() {
        return "training";
    }

    @Override
    public void run(Setting setting, Path work, Meter meter) throws Exception {
        TrainingData data = rows(setting.size(PATIENTS));
        try (GradientEngine engine = PyTorchGradientEngine.open()) {
            measure(engine, 256, setting.size(400), data, meter);
            measure(engine, 1024, setting.size(150), data, meter);
        }
        try (GradientEngine engine = new JavaGradientEngine()) {
            measure(engine, 256, setting.size(80), data, meter);
            measure(engine, 1024, setting.size(20), data, meter);
        }
    }

    private static void measure(GradientEngine engine, int batch, int steps, TrainingData data, Meter meter)
            throws Exception {
        double rate = Math.min(1, (double) batch / data.size());
        DpSgd plan = new DpSgd(1, steps, rate, 1, 1, 0.5, batch, 4.0 * batch, 1);
        Study.ModelSpec model = model();
        TrainingInstruction instruction = new TrainingInstruction(
                model, INPUTS, CLASSES, plan, 1, NamedArrays.ofPayload(model.arrays(), InitialModel.payload(model)));
        SecureRandom entropy = new SecureRandom();
        DpSgdTrainer trainer = new DpSgdTrainer(engine);
        PlainTraining plain = new PlainTraining(engine);
        meter.measure(new Contest(
                "Train MLP " + INPUTS + "-128-64-" + CLASSES + ", engine " + engine.name() + ", batch " + batch,
                "examples",
                steps * rate * data.size(),
                Side.of("plain", () -> plain.train(instruction, data, entropy)[0]),
                List.of(new Side(
                        "DP-SGD, noise included",
                        TARGET,
                        () -> trainer.train(instruction, data, entropy).update().flat()[0]))));
    }

    private static Study.ModelSpec model() {
        List<Integer> widths = new ArrayList<>(List.of(INPUTS));
        widths.addAll(HIDDEN);
        widths.add(CLASSES);
        return new Study.ModelSpec("mlp", HIDDEN, new Network(widths, false).arrays("float32"), 42);
    }

    private static TrainingData rows(int patients) {
        SplittableRandom random = new SplittableRandom(7);
        double[][] features = new double[patients][INPUTS];
        int[] labels = new int[patients];
        String[] names = new String[patients];
        for (int r = 0; r < patients; r++) {
            double score = 0;
            for (int c = 0; c < INPUTS; c++) {
                features[r][c] = (float) (4 * random.nextDouble() - 2);
                score += (c % 3 - 1) * features[r][c];
            }
            labels[r] = score > 0 ? 1 : 0;
            names[r] = "p" + r;
        }
        return new TrainingData(features, labels, names);
    }
}
