package org.osteon.conformance.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.osteon.conformance.verdict.EvidenceItem;
import org.osteon.conformance.verdict.Phrase;

/**
 * D-03: no attribute of the de-identified headers contradicts the Basic Profile (PS3.15 Annex E): what is to be removed
 * is not there, what may stand is empty or a dummy, UIDs are replaced ones or DICOM's own, no private attribute is
 * left, and each file says that its identity was removed. A dummy is known by being the same in all files that have the
 * attribute and standing in at least two studies for its VR, so files of two studies are needed. Written apart from the
 * code that de-identifies; a verdict names attributes and files, never a value.
 */
final class HeadersClean implements Check {
    private static final Phrase RULE = Phrase.of("LIMIT_NO_FINDING");
    private static final int FEWEST = 2;
    private static final String REMOVED = "00120062";
    private static final String STUDY = "0020000D";

    @Override
    public String id() {
        return "D-03";
    }

    @Override
    public Judgement judge(RunEvidence evidence, Optional<Double> limit) {
        List<EvidenceItem> looked = Looked.at().table(evidence, Tables.HEADERS).items();
        Optional<byte[]> table = evidence.tables().get(Tables.HEADERS);
        if (table.isEmpty()) {
            return Judgement.of(RULE, Fault.inconclusive("TABLE_MISSING", "table", Tables.HEADERS), looked);
        }
        try {
            return judge(Csv.read(Tables.HEADERS, table.orElseThrow()), looked);
        } catch (Csv.Malformed e) {
            return Judgement.of(RULE, e.fault(), looked);
        }
    }

    private static Judgement judge(Csv table, List<EvidenceItem> looked) throws Csv.Malformed {
        List<Row> rows = rows(table);
        Set<String> files = new TreeSet<>();
        Set<String> marked = new HashSet<>();
        Map<String, String> studies = new HashMap<>();
        for (Row row : rows) {
            files.add(row.file());
            if (row.path().equals(REMOVED) && row.value().equals("YES")) {
                marked.add(row.file());
            } else if (row.path().equals(STUDY) && !row.value().isEmpty()) {
                studies.put(row.file(), row.value());
            }
        }
        int different = new HashSet<>(studies.values()).size();
        if (different < FEWEST) {
            return Judgement.of(
                    RULE, Fault.inconclusive("HEADERS_TOO_FEW", "studies", different, "needed", FEWEST), looked);
        }
        Map<String, Set<String>> values = new HashMap<>();
        Map<String, Set<String>> places = new HashMap<>();
        for (Row row : rows) {
            values.computeIfAbsent(row.tag(), key -> new HashSet<>()).add(row.value());
            places.computeIfAbsent(row.vr() + "\n" + row.value(), key -> new HashSet<>())
                    .add(studies.getOrDefault(row.file(), ""));
        }
        int findings = 0;
        Optional<Fault> first = Optional.empty();
        for (Row row : rows) {
            boolean dummy = values.getOrDefault(row.tag(), Set.of()).size() == 1
                    && places.getOrDefault(row.vr() + "\n" + row.value(), Set.of())
                                    .size()
                            >= FEWEST;
            Optional<String> code = finding(row, dummy);
            if (code.isPresent()) {
                findings++;
                first = first.or(() -> code.map(row::fault));
            }
        }
        for (String name : files) {
            if (!marked.contains(name)) {
                findings++;
                first = first.or(() -> Optional.of(Fault.fail("HEADER_UNMARKED", "file", name)));
            }
        }
        Map<String, String> measured = Phrase.values(
                "files",
                files.size(),
                "studies",
                different,
                "attributes",
                rows.size(),
                "rules",
                BasicProfile.standard().size(),
                "findings",
                findings);
        return first.map(fault -> Judgement.of(RULE, fault.measuring(measured), looked))
                .orElseGet(() -> Judgement.pass(RULE, measured, looked));
    }

    /** One attribute of one file; in a sequence, its path names the items. */
    private record Row(String file, String path, String vr, String value) {
        String tag() {
            return path.substring(path.length() - 8);
        }

        Fault fault(String code) {
            return Fault.fail(
                    code,
                    "attribute",
                    "(" + tag().substring(0, 4) + "," + tag().substring(4) + ")",
                    "name",
                    BasicProfile.standard()
                            .rule(tag())
                            .map(BasicProfile.Rule::name)
                            .orElse(""),
                    "file",
                    file);
        }
    }

    private static List<Row> rows(Csv table) throws Csv.Malformed {
        int file = table.column("file");
        int path = table.column("path");
        int vr = table.column("vr");
        int value = table.column("value");
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < table.size(); i++) {
            String where = table.cell(i, path);
            if (!where.matches("([0-9A-F]{8}\\[[0-9]{1,5}\\]\\.)*[0-9A-F]{8}")) {
                throw table.malformed(i);
            }
            rows.add(new Row(
                    table.cell(i, file),
                    where,
                    table.cell(i, vr),
                    table.cell(i, value).strip()));
        }
        return rows;
    }

    /** The code of what is wrong with an attribute. */
    private static Optional<String> finding(Row row, boolean dummy) {
        boolean sequence = "SQ".equals(row.vr());
        boolean uid = "UI".equals(row.vr());
        if (Integer.parseInt(row.tag().substring(0, 4), 16) % 2 == 1) {
            return Optional.of("HEADER_PRIVATE");
        }
        if (uid && !row.value().isEmpty() && !replaced(row.value())) {
            return Optional.of("HEADER_UID");
        }
        Optional<BasicProfile.Rule> rule = BasicProfile.standard().rule(row.tag());
        if (rule.isEmpty() || rule.orElseThrow().kept() || rule.orElseThrow().uid() && (uid || sequence)) {
            return Optional.empty();
        }
        if (!rule.orElseThrow().mayStand()) {
            return Optional.of("HEADER_PRESENT");
        }
        return sequence || row.value().isEmpty() || dummy ? Optional.empty() : Optional.of("HEADER_VALUE");
    }

    /** Made of a UUID (PS3.5, section B.2), or one that DICOM registered. */
    private static boolean replaced(String uids) {
        for (String uid : uids.split("\\\\", -1)) {
            if (!uid.isEmpty() && !uid.startsWith("2.25.") && !uid.startsWith("1.2.840.10008.")) {
                return false;
            }
        }
        return true;
    }
}
