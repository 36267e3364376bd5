package org.osteon.adapters.snapshot;

import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Assumptions;
import org.osteon.adapters.mapping.Profile;
import org.osteon.protocol.sign.SigningKey;

/** A folder of input files for tests, and what is mapped from it. */
public final class Hospital {
    /** The header of the built-in profile's hospital export. */
    public static final String HEADER =
            "住院号,姓名,身份证号,联系电话,出生日期,入院日期,性别,年龄,身高cm,体重kg,骨密度T值," + "既往脆性骨折,父母髋部骨折,吸烟,饮酒,糖皮质激素,类风湿关节炎,跌倒次数,主诉,随访骨折";

    /** Keys that are the same in each test of one run. */
    public static final MappingKeys KEYS =
            new MappingKeys("a secret of sixteen bytes or more".getBytes(StandardCharsets.UTF_8), SigningKey.ed25519());

    private final Path folder;
    private int snapshots;

    /** With a folder for inputs and outputs. */
    public Hospital(Path folder) {
        this.folder = folder;
    }

    /** A row of the hospital export. */
    public static String row(String number, String sex, int age, String tScore, int fracture) {
        return number + ",王磊,990000195505240002,10045921587,1955-05-24,2025-08-22," + sex + "," + age + ",160.5,57.2,"
                + tScore + ",1,0,0,0,0,0,2,跌倒后活动受限1天，家属王磊电话10045921587," + fracture;
    }

    /** Writes a file below the input folder. */
    public Hospital file(String name, byte[] content) {
        try {
            Path file = input().resolve(name);
            Files.createDirectories(file.getParent());
            Files.write(file, content);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes lines, each with a line feed. */
    public Hospital lines(String name, Charset charset, String... lines) {
        return file(name, (String.join("\n", lines) + "\n").getBytes(charset));
    }

    /** The input folder. */
    public Path input() {
        return folder.resolve("input");
    }

    /** Maps all with the built-in profile to a fresh folder. */
    public MappingResult map() {
        return map(Profile.builtIn());
    }

    /** Maps all to a fresh folder. */
    public MappingResult map(Profile profile) {
        snapshots++;
        return DataMapping.map(input(), folder.resolve("out-" + snapshots), profile, KEYS, MappingProgress.NONE);
    }

    /** Data beside the working tree; its absence skips a test visibly, or fails it where required. */
    public static Path shared(String name) {
        return find("shared/data/" + name, true);
    }

    /** Data of the repository. */
    public static Path sample(String name) {
        return find("sample-data/" + name, false);
    }

    private static Path find(String name, boolean mayBeAbsent) {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path found = at.resolve(name);
            if (Files.exists(found)) {
                return found;
            }
        }
        String required = System.getProperty("osteon.require", "");
        if (!mayBeAbsent || Arrays.asList(required.split(",")).contains("shared")) {
            fail(name + " is required and not there");
        }
        Assumptions.abort(name + " is not there");
        throw new IllegalStateException("not reached");
    }
}
