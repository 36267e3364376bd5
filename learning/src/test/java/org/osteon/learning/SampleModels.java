package org.osteon.learning;

import java.util.List;
import java.util.SplittableRandom;
import org.osteon.learning.template.Network;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.InitialModel;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.document.TrainingPlan;

/** Models, plans, rows and studies for tests. */
public final class SampleModels {
    private SampleModels() {}

    public static Network network(String template) {
        return switch (template) {
            case "logistic" -> new Network(List.of(5, 1), true);
            case "softmax" -> new Network(List.of(5, 3), false);
            default -> new Network(List.of(5, 7, 4, 3), false);
        };
    }

    public static int classes(String template) {
        return "logistic".equals(template) ? 2 : 3;
    }

    public static Study.ModelSpec model(String template, String dtype) {
        List<Integer> hidden = "mlp".equals(template) ? List.of(7, 4) : List.of();
        return new Study.ModelSpec(template, hidden, network(template).arrays(dtype), 42);
    }

    public static double[] parameters(Network network, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] values = new double[network.parameters()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextDouble() - 0.5);
        }
        return values;
    }

    /** Random rows; patients have up to {@code maxRows} rows each, scattered. */
    public static TrainingData rows(int rows, int inputs, int classes, int maxRows, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[][] features = new double[rows][inputs];
        int[] labels = new int[rows];
        String[] patients = new String[rows];
        int people = Math.max(1, rows / maxRows);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < inputs; c++) {
                features[r][c] = (float) (4 * random.nextDouble() - 2);
            }
            labels[r] = random.nextInt(classes);
            patients[r] = "p" + (maxRows == 1 ? r : random.nextInt(people));
        }
        return new TrainingData(features, labels, patients);
    }

    /** Rows whose class is the sign of a linear score, two classes. */
    public static TrainingData separable(int rows, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[][] features = new double[rows][5];
        int[] labels = new int[rows];
        String[] patients = new String[rows];
        for (int r = 0; r < rows; r++) {
            double score = 0;
            for (int c = 0; c < 5; c++) {
                features[r][c] = 2 * random.nextDouble() - 1;
                score += (c % 2 == 0 ? 1 : -1) * features[r][c];
            }
            labels[r] = score > 0 ? 1 : 0;
            patients[r] = "p" + r;
        }
        return new TrainingData(features, labels, patients);
    }

    public static TrainingInstruction instruction(String template, TrainingPlan plan) {
        Study.ModelSpec model = model(template, plan instanceof TrainingPlan.Newton ? "float64" : "float32");
        return new TrainingInstruction(model, 5, classes(template), plan, 1, initial(model));
    }

    /** The arrays that every party starts this model from. */
    public static NamedArrays initial(Study.ModelSpec model) {
        return NamedArrays.ofPayload(model.arrays(), InitialModel.payload(model));
    }

    public static Study study(Study.EvaluationPlan evaluation) {
        List<Study.Feature> features = new java.util.ArrayList<>();
        for (int c = 0; c < 5; c++) {
            features.add(new Study.Feature("x" + c, 0, 1));
        }
        List<ArraySpec> arrays = network("logistic").arrays("float32");
        return new Study(
                Study.SCHEMA,
                "ortho-net",
                "risk",
                1,
                "",
                "Predict risk.",
                List.of(new Study.Party("sponsor", "Hospital A")),
                "EC-1",
                new Study.Cohort("SELECT 1", "y", 2, features, 5),
                new Study.ModelSpec("logistic", List.of(), arrays, 0),
                new TrainingPlan.DpSgd(3, 20, 0.1, 1, 1.2, 0.5, 64, 80, 1),
                Study.PrivacyPlan.dp(2, 1e-5),
                evaluation,
                List.of(new Study.ReleaseItem("update", "noised", "train", "noised model change")),
                new Study.Participation(List.of("a", "b"), 2, 60),
                List.of(),
                "until-release");
    }
}
