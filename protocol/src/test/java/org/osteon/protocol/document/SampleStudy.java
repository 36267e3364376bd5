package org.osteon.protocol.document;

import java.util.List;

/** A small valid study for tests. */
final class SampleStudy {
    private SampleStudy() {}

    static Study dp() {
        return new Study(
                Study.SCHEMA,
                "ortho-net",
                "osteoporosis-risk",
                1,
                "",
                "Predict osteoporotic fracture risk from routine data.",
                List.of(new Study.Party("sponsor", "University Hospital A")),
                "EC-2026-014",
                new Study.Cohort(
                        "SELECT patient, age, fracture FROM export",
                        "fracture",
                        2,
                        List.of(new Study.Feature("age", 70, 10)),
                        20),
                new Study.ModelSpec(
                        "logistic",
                        List.of(),
                        List.of(ArraySpec.shared("weight", "float32", 1, 1), ArraySpec.shared("bias", "float32", 1)),
                        0),
                new TrainingPlan.DpSgd(3, 20, 0.1, 1, 1.2, 0.5, 64, 80, 1),
                Study.PrivacyPlan.dp(2, 1e-5),
                new Study.EvaluationPlan(0.3, 40, 6),
                List.of(new Study.ReleaseItem("update", "noised", "train", "noised model change")),
                new Study.Participation(List.of("a", "b", "c"), 2, 60),
                List.of("D-01", "E-01", "E-03"),
                "until-release");
    }
}
