package org.osteon.conformance.check;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.osteon.audit.event.Event;
import org.osteon.audit.event.EventType;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.ModelVersion;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.document.TrainingPlan;

/**
 * One site's charges for a study, gone through in the order of its log. A reservation counts as spent, whatever came of
 * it.
 */
final class SiteCharges {
    /** Room for rounding where a whole budget was asked. */
    private static final double ROUNDING = 1e-9;

    /** Constants of the mechanism that an exchange of the study is, sensitivity 1. */
    private record Mechanism(double samplingRate, double sigma, long steps) {}

    private final String site;
    private final Study study;
    private final Capsule capsule;
    private final double allowed;
    private final QuadratureAccountant accountant;
    private final Set<Digest> reserved = new HashSet<>();
    private final Set<Digest> committed = new HashSet<>();
    private double worst;
    private double epsilon;

    SiteCharges(String site, Study study, Capsule capsule, double allowed, QuadratureAccountant.Curves curves) {
        this.site = site;
        this.study = study;
        this.capsule = capsule;
        this.allowed = allowed;
        this.accountant = new QuadratureAccountant(curves);
    }

    /** Largest relative difference found. */
    double worst() {
        return worst;
    }

    /** ε attested last. */
    double epsilon() {
        return epsilon;
    }

    int charges() {
        return committed.size();
    }

    Optional<Fault> judge(List<Event> events, List<ModelVersion.Input> counted) {
        if (!capsule.study().equals(study.digest()) || !capsule.site().equals(site)) {
            return Optional.of(Fault.fail("CAPSULE_OTHER", "site", site));
        }
        List<Event> ofStudy = events.stream()
                .filter(event ->
                        event.ref("study").filter(study.digest()::equals).isPresent())
                .toList();
        for (Event event : ofStudy) {
            Optional<Fault> fault = switch (event.type()) {
                case BUDGET_RESERVED -> reserve(event);
                case BUDGET_COMMITTED -> commit(event);
                case UPDATE_SENT -> sent(event);
                default -> Optional.empty();
            };
            if (fault.isPresent()) {
                return fault;
            }
        }
        Set<Digest> replies = ofStudy.stream()
                .filter(event -> event.type() == EventType.UPDATE_SENT)
                .flatMap(event -> event.ref("reply").stream())
                .collect(Collectors.toSet());
        for (ModelVersion.Input input : counted) {
            if (!replies.contains(input.reply())) {
                return Optional.of(Fault.inconclusive(
                        "REPLY_NOT_LOGGED", "site", site, "reply", input.reply().brief()));
            }
        }
        return committed.isEmpty() ? Optional.of(Fault.inconclusive("NO_SPEND", "site", site)) : Optional.empty();
    }

    private Optional<Fault> reserve(Event event) {
        Optional<Digest> instruction = event.ref("instruction");
        if (instruction.isEmpty()) {
            return charge("CHARGE_UNNAMED", event);
        }
        if (!reserved.add(instruction.orElseThrow())) {
            return Optional.empty(); // the same query is never charged twice
        }
        Mechanism mechanism = mechanism(event);
        if (!(mechanism.sigma() > 0)) {
            return charge("CHARGE_WITHOUT_NOISE", event);
        }
        accountant.add(mechanism.samplingRate(), mechanism.sigma(), mechanism.steps());
        double spent = accountant.epsilon(capsule.delta());
        return spent > capsule.epsilon() * (1 + ROUNDING)
                ? Optional.of(Fault.fail(
                                "EPSILON_ABOVE_APPROVED",
                                "site",
                                site,
                                "epsilon",
                                spent,
                                "exchange",
                                event.subject(),
                                "approved",
                                capsule.epsilon())
                        .measuring("epsilon", spent))
                : Optional.empty();
    }

    private Optional<Fault> commit(Event event) {
        Optional<Digest> instruction = event.ref("instruction");
        if (instruction.isEmpty()
                || !reserved.contains(instruction.orElseThrow())
                || !committed.add(instruction.orElseThrow())) {
            return charge("CHARGE_UNRESERVED", event);
        }
        Mechanism mechanism = mechanism(event);
        Optional<Fault> constant = constant(event, "samplingRate", mechanism.samplingRate())
                .or(() -> constant(event, "sigma", mechanism.sigma()))
                .or(() -> constant(event, "steps", mechanism.steps()))
                .or(() -> constant(event, "delta", study.privacy().delta()));
        if (constant.isPresent()) {
            return constant;
        }
        double attested = number(event, "epsilonStudy");
        double recomputed = accountant.epsilon(study.privacy().delta());
        double difference = Math.abs(attested - recomputed) / Math.max(recomputed, Double.MIN_NORMAL);
        if (!(difference <= allowed)) {
            return Optional.of(Fault.fail(
                            "EPSILON_DIFFERS",
                            "site",
                            site,
                            "attested",
                            attested,
                            "exchange",
                            event.subject(),
                            "entry",
                            event.seq(),
                            "recomputed",
                            recomputed)
                    .measuring("relativeDifference", difference));
        }
        worst = Math.max(worst, difference);
        epsilon = attested;
        return Optional.empty();
    }

    private Optional<Fault> sent(Event event) {
        boolean charged = event.ref("instruction").filter(committed::contains).isPresent();
        return charged ? Optional.empty() : charge("UPDATE_UNCHARGED", event);
    }

    /** What the study's constants make of the exchange an event is about. */
    private Mechanism mechanism(Event event) {
        TrainingPlan.DpSgd plan = (TrainingPlan.DpSgd) study.plan();
        return event.subject().endsWith("/evaluate")
                ? new Mechanism(1, study.evaluation().noiseSigma(), 1)
                : new Mechanism(plan.samplingRate(), plan.noiseMultiplier(), plan.steps());
    }

    private Optional<Fault> constant(Event event, String name, double expected) {
        double logged = number(event, name);
        return logged == expected
                ? Optional.empty()
                : charge(
                        "CHARGE_CONSTANT",
                        event,
                        "name",
                        name,
                        "logged",
                        event.values().getOrDefault(name, ""),
                        "expected",
                        expected);
    }

    private Optional<Fault> charge(String code, Event event, Object... more) {
        List<Object> values = new ArrayList<>(List.of(
                "site", site, "event", event.type().label(), "exchange", event.subject(), "entry", event.seq()));
        values.addAll(List.of(more));
        return Optional.of(Fault.fail(code, values.toArray()));
    }

    /** A logged number; not a number when it is absent or malformed, which equals nothing. */
    private static double number(Event event, String name) {
        String value = event.values().getOrDefault(name, "");
        return value.matches("[0-9.Ee+-]{1,40}") ? parse(value) : Double.NaN;
    }

    private static double parse(String value) {
        try {
            return Double.parseDouble(value);
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }
}
